#include <filesystem>
#include <optional>
#include <string>

#include "api/base/error.h"
#include "api/base/json.h"
#include "api/base/version.h"
#include "ops/ctl/doctor/checks.h"
#include "ops/ctl/failure.h"
#include "ops/ctl/run/port.h"

namespace confab::ctl::doctor {

namespace {

namespace fs = std::filesystem;

constexpr int kOk = 200;

std::string place(const Config& config) {
  if (config.bind.starts_with("unix:")) return config.bind;
  return config.bind + " port " + std::to_string(config.port);
}

/// The version of the Confab that answers there, or nothing when none does.
std::optional<std::string> version_at(const Config& config) {
  const auto meta = run::http_get(config.bind, config.port, "/api/v1/meta");
  if (meta.status != kOk) return std::nullopt;
  try {
    const Json::Value value = json::parse(meta.body);
    if (!value.isObject() || !value["version"].isString() || !value["capabilities"].isArray()) {
      return std::nullopt;
    }
    return value["version"].asString();
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string number_of(pid_t process) { return "running, process " + std::to_string(process); }

void check_processes(Report& report, const Config& config, const Running& running) {
  if (!running.supervisor) {
    report.warn("supervisor", "not running", "start Confab: `confab run`, or `ops/up`");
    return;
  }
  report.pass("supervisor", number_of(*running.supervisor));
  const auto part = [&](const std::string& check, const std::optional<pid_t>& process) {
    if (process) {
      report.pass(check, number_of(*process));
    } else {
      report.fail(check, "not running although its supervisor is",
                  "see " + config.data + "/log/confab-" + (check == "server" ? "api" : "worker") +
                      ".log for why it stops");
    }
  };
  part("server", running.api);
  part("worker", running.worker);
}

void check_answer(Report& report, const Config& config) {
  const std::string check = "port";
  const int health = run::http_get(config.bind, config.port, "/healthz").status;
  if (health != kOk) {
    report.fail(check, place(config) + " does not answer",
                "the server hangs or is starting: see " + config.data + "/log/confab-api.log");
    return;
  }
  const auto version = version_at(config);
  if (!version) {
    report.warn(check, place(config) + " answers, but the server cannot say its version",
                "look at the lines about the database");
  } else if (*version != kVersion) {
    report.fail(
        check,
        place(config) + " is served by version " + *version + ", this is " + std::string(kVersion),
        "restart Confab to run what is installed");
  } else {
    report.pass(check, place(config) + " is served by this version, " + *version);
  }
}

void check_port(Report& report, const Config& config) {
  const std::string check = "port";
  if (const auto version = version_at(config)) {
    report.fail(check, place(config) + " is taken by another Confab, version " + *version,
                "stop that one, or set CONFAB_PORT or CONFAB_BIND");
    return;
  }
  if (config.bind.starts_with("unix:")) {
    const fs::path folder = fs::path(config.bind.substr(5)).parent_path();
    if (fs::is_directory(folder)) {
      report.pass(check, config.bind + " can be made at the start");
    } else {
      report.fail(check, folder.string() + " is not a folder", "make it, or set CONFAB_BIND");
    }
    return;
  }
  try {
    run::require_free_port(config.bind, config.port);
    report.pass(check, config.port == 0 ? "any free one" : place(config) + " is free");
  } catch (const Failure& failure) {
    report.fail(check, failure.what(),
                "`ss -ltnp` names the program that listens; stop it, or set CONFAB_PORT to a free "
                "port, or CONFAB_BIND to an address of this machine");
  }
}

void check_frontend(Report& report, const Config& config) {
  const std::string check = "browser files";
  if (config.frontend.empty()) {
    report.warn(check, "none: only the API is served",
                "set CONFAB_FRONTEND to the folder of the built client, as `ops/up` does");
  } else if (!fs::is_regular_file(config.frontend + "/index.html")) {
    report.fail(check, config.frontend + " has no index.html",
                "build the client (`ops/up` does), or correct CONFAB_FRONTEND");
  } else {
    report.pass(check, config.frontend);
  }
}

}  // namespace

void check_server(Report& report, const Config& config, const Running& running) {
  check_processes(report, config, running);
  if (running.api) {
    check_answer(report, config);
  } else if (!running.supervisor) {
    check_port(report, config);
  }
  check_frontend(report, config);
}

}  // namespace confab::ctl::doctor
