#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <stdexcept>

#include "tests/database.h"

namespace {

/// Runs the command with our terminal and environment; its exit code.
int run(char** command) {
  pid_t pid = 0;
  if (const int error = ::posix_spawnp(&pid, *command, nullptr, nullptr, command, environ);
      error != 0) {
    throw std::runtime_error(std::string("cannot start ") + *command + ": " + std::strerror(error));
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

/// `confab-with-database ctest -j2`: else every test would start a mariadbd.
int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: confab-with-database COMMAND [ARGUMENT...]\n";
    return 64;
  }
  try {
    const confab::test::DatabaseServer server;
    ::setenv("CONFAB_TEST_SOCKET", server.socket().c_str(), 1);
    return run(arguments + 1);
  } catch (const std::exception& error) {
    std::cerr << "confab-with-database: " << error.what() << '\n';
    return 70;
  }
}
