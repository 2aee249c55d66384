// Loaded in front of a program's libraries: its disk breaks when the file named by DAYBOOK_BROKEN_DISK appears.
#include <dlfcn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

extern "C" int fdatasync(int fd) {
  const char* const switch_file = std::getenv("DAYBOOK_BROKEN_DISK");
  if (switch_file != nullptr && ::access(switch_file, F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  using Function = int(int);
  static auto* const real = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, "fdatasync"));
  return real(fd);
}
