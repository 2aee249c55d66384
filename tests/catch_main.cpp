// The main function of every Catch2 program here; compiled once, since it takes long.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
