// daybook_contract openapi|asyncapi: prints the document that the server gives under that name. For generators.
#include <iostream>
#include <string_view>

#include "server/net/contract.hpp"

int main(int argc, char** argv) {
  const std::string_view name = argc == 2 ? argv[1] : "";
  if (name == "openapi") {
    std::cout << daybook::net::openapi_document();
  } else if (name == "asyncapi") {
    std::cout << daybook::net::asyncapi_document();
  } else {
    std::cerr << "usage: daybook_contract openapi|asyncapi\n";
    return 2;
  }
  return std::cout.flush() ? 0 : 1;
}
