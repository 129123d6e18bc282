#include <CLI/CLI.hpp>
#include <iostream>

#include "api/base/error.h"
#include "api/base/log.h"
#include "ops/ctl/commands.h"
#include "ops/ctl/failure.h"

namespace {

using confab::ctl::Exit;

Exit exit_for(confab::Code code) {
  switch (code) {
    case confab::Code::unavailable:
      return Exit::unavailable;
    case confab::Code::internal:
      return Exit::internal;
    default:
      return Exit::data;
  }
}

/// What, why, how to mend: the shape of every error on this command line.
int complain(Exit exit, const std::string& what, const std::string& mend) {
  std::cerr << "confab: " << what << '\n';
  if (!mend.empty()) std::cerr << "  to mend: " << mend << '\n';
  return static_cast<int>(exit);
}

}  // namespace

int main(int argc, char** argv) {
  confab::log::start("confab", confab::log::Level::warn, false);
  CLI::App app("Runs and tends a Confab server.", "confab");
  app.require_subcommand(1);
  confab::ctl::add_run(app);
  confab::ctl::add_migrate(app);
  confab::ctl::add_user(app);
  confab::ctl::add_config(app);
  confab::ctl::add_audit(app);
  confab::ctl::add_doctor(app);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::usage);
  } catch (const confab::ctl::Failure& failure) {
    return complain(failure.exit(), failure.what(), failure.mend());
  } catch (const confab::Error& error) {
    return complain(exit_for(error.code()), error.what(), "");
  } catch (const std::exception& bug) {
    return complain(Exit::internal, std::string("this is a bug: ") + bug.what(), "");
  }
}
