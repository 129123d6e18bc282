#include "api/db/connection.h"

#include <errmsg.h>
#include <mysql.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "api/base/calls.h"
#include "api/base/log.h"
#include "api/base/text.h"

namespace confab::db {

namespace {

using Handle = std::unique_ptr<MYSQL, Calls<mysql_close>>;
using StatementHandle = std::unique_ptr<MYSQL_STMT, Calls<mysql_stmt_close>>;

bool means_lost(unsigned number) {
  switch (number) {
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_LOST:
    case CR_CONNECTION_ERROR:
    case CR_CONN_HOST_ERROR:
    case CR_UNKNOWN_HOST:
    case CR_MALFORMED_PACKET:
    case CR_COMMANDS_OUT_OF_SYNC:
    case 1040:  // too many connections
    case 1053:  // server shutdown in progress
    case 1077:
    case 1152:
    case 1158:
    case 1159:
    case 1160:
    case 1161:
    case 1180:  // an error while committing: what became of it must be looked up
    case 1290:  // read only: another server may have taken over
    case 1792:
    case 1836:
    case 1927:  // connection was killed
    case 4031:
    case 5014:
      return true;
    default:
      return false;
  }
}

using std::chrono::steady_clock;

thread_local steady_clock::time_point wait_until = steady_clock::time_point::max();

/// Called by the connector wherever it waits: its own timeouts count whole seconds only.
int wait_for_io(my_socket socket, my_bool for_reading, int timeout_ms) noexcept {
  auto until = wait_until;
  if (timeout_ms > 0) {
    until = std::min(until, steady_clock::now() + std::chrono::milliseconds(timeout_ms));
  }
  while (true) {
    int rest = -1;
    if (until != steady_clock::time_point::max()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
      rest = static_cast<int>(std::max<std::int64_t>(0, left.count()));
    }
    pollfd ready{.fd = socket, .events = POLLIN, .revents = 0};
    if (for_reading == 0) ready.events = POLLOUT;
    const int count = ::poll(&ready, 1, rest);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = ETIMEDOUT;
    return count;
  }
}

bool is_integer(enum_field_types type) {
  switch (type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
    case MYSQL_TYPE_NEWDECIMAL:  // sums, and COALESCE of signed and unsigned: whole numbers here
      return true;
    default:
      return false;
  }
}

}  // namespace

Deadline::Deadline(steady_clock::time_point at) : outer_(wait_until) {
  wait_until = std::min(outer_, at);
}

Deadline::~Deadline() { wait_until = outer_; }

steady_clock::time_point Deadline::now_held() { return wait_until; }

namespace {

struct Meaning {
  Code code;
  const char* detail;
};

/// What an error number of the database means to a client.
Meaning meaning_of(unsigned number, bool lost) {
  if (lost) {
    return {Code::unavailable, "The database is not reachable; try again shortly."};
  }
  switch (number) {
    case 1021:  // ER_DISK_FULL
    case 1114:  // ER_RECORD_FILE_FULL, which InnoDB says when a file cannot grow
      return {Code::storage_full, "The disk of the database is full. Free space on it."};
    case 1026:  // ER_ERROR_ON_WRITE
    case 1030:  // ER_GET_ERRNO
      return {Code::unavailable, "The disk of the database fails; look at its log."};
    default:
      return {Code::internal, "The database refused a statement."};
  }
}

}  // namespace

SqlError::SqlError(unsigned number, bool lost)
    : Error(meaning_of(number, lost).code, meaning_of(number, lost).detail),
      number_(number),
      lost_(lost) {
  if (code() == Code::unavailable) static_cast<Error&&>(*this).retry_after(1);
}

bool SqlError::retryable() const noexcept {
  return number_ == 1213 || number_ == 1205 || number_ == 1020;
}

std::string placeholders(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += i == 0 ? "?" : ",?";
  return out;
}

Address parse_address(const std::string& url) {
  const auto bad = [](const std::string& what) {
    return Error(Code::invalid_value, "CONFAB_DATABASE_URL: " + what +
                                          " Expected mysql://user:password@host:port/name or "
                                          "mysql://user@localhost/name?socket=/path.");
  };
  constexpr std::string_view kScheme = "mysql://";
  std::string_view rest = url;
  if (!rest.starts_with(kScheme)) throw bad("it does not begin with mysql://.");
  rest.remove_prefix(kScheme.size());

  const auto decode = [&](std::string_view part) {
    const auto text = text::percent_decode(part);
    if (!text) throw bad("it has a broken percent escape.");
    return *text;
  };
  Address address;
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) throw bad("the database name is missing.");
  auto authority = rest.substr(0, slash);
  auto name = rest.substr(slash + 1);
  if (const auto mark = name.find('?'); mark != std::string_view::npos) {
    const auto query = name.substr(mark + 1);
    if (!query.starts_with("socket=")) throw bad("the only option is socket=.");
    address.socket = decode(query.substr(7));
    name = name.substr(0, mark);
  }
  address.name = decode(name);
  if (address.name.empty()) throw bad("the database name is missing.");
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const auto account = authority.substr(0, at);
    const auto colon = account.find(':');
    address.user = decode(account.substr(0, colon));
    if (colon != std::string_view::npos) address.password = decode(account.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  if (const auto colon = authority.rfind(':'); colon != std::string_view::npos) {
    const auto port = authority.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error != std::errc() || end != port.data() + port.size() || address.port > 65535) {
      throw bad("the port is not a number.");
    }
    authority = authority.substr(0, colon);
  }
  address.host = decode(authority);
  return address;
}

void library_start() { mysql_library_init(0, nullptr, nullptr); }
void thread_end() noexcept { mysql_thread_end(); }

struct Connection::Statement {
  StatementHandle handle;
  std::vector<MYSQL_BIND> results;
  std::vector<std::string> buffers;
  std::vector<std::int64_t> integers;
  std::vector<unsigned long> lengths;
  std::vector<my_bool> nulls;
  std::vector<my_bool> truncated;
  std::vector<Cell> cells;
};

struct Connection::State {
  Handle handle;
  std::map<std::string, Statement, std::less<>> statements;
};

Connection::Connection(const Address& address, const Options& options)
    : state_(std::make_unique<State>()) {
  state_->handle.reset(mysql_init(nullptr));
  MYSQL* handle = state_->handle.get();
  const unsigned connect_timeout = 2;
  mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &connect_timeout);
  if (options.read_timeout_s != 0) {
    mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &options.read_timeout_s);
    mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &options.read_timeout_s);
  }
  mysql_optionsv(handle, MARIADB_OPT_IO_WAIT, &wait_for_io);
  mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  const my_bool report = 1;
  mysql_options(handle, MYSQL_REPORT_DATA_TRUNCATION, &report);
  const std::string setup =
      std::string(
          "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
          "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone='+00:00', "
          "tx_isolation='") +
      (options.read_committed ? "READ-COMMITTED'" : "REPEATABLE-READ'");
  mysql_options(handle, MYSQL_INIT_COMMAND, setup.c_str());
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? nullptr : text.c_str();
  };
  if (mysql_real_connect(handle, text_or_null(address.host), address.user.c_str(),
                         text_or_null(address.password),
                         options.select_database ? address.name.c_str() : nullptr, address.port,
                         text_or_null(address.socket), CLIENT_FOUND_ROWS) == nullptr) {
    const unsigned number = mysql_errno(handle);
    // Any failure to connect leaves the caller without a database.
    log::warn("db.connect", {{"number", number}, {"what", mysql_error(handle)}});
    throw SqlError(number, true);
  }
}

Connection::~Connection() = default;

void Connection::fail(unsigned number, const char* message, std::string_view sql) {
  const bool lost = means_lost(number);
  lost_ = lost_ || lost;
  if (number == 1062) {
    log::debug("db.duplicate", {{"what", message}});
  } else {
    log::warn("db.run", {{"number", number}, {"what", message}, {"sql", sql.substr(0, 200)}});
  }
  throw SqlError(number, lost);
}

void Connection::command(std::string_view sql) {
  MYSQL* handle = state_->handle.get();
  if (mysql_real_query(handle, sql.data(), sql.size()) != 0) {
    fail(mysql_errno(handle), mysql_error(handle), sql);
  }
  // A command's rows are of no interest, but must be read off the wire.
  if (MYSQL_RES* rows = mysql_store_result(handle)) mysql_free_result(rows);
}

Connection::Statement& Connection::prepare(std::string_view sql) {
  const auto found = state_->statements.find(sql);
  if (found != state_->statements.end()) return found->second;

  constexpr std::size_t kKept = 400;
  if (state_->statements.size() >= kKept) state_->statements.clear();

  Statement statement;
  statement.handle.reset(mysql_stmt_init(state_->handle.get()));
  MYSQL_STMT* handle = statement.handle.get();
  if (handle == nullptr || mysql_stmt_prepare(handle, sql.data(), sql.size()) != 0) {
    fail(mysql_stmt_errno(handle), mysql_stmt_error(handle), sql);
  }
  if (MYSQL_RES* columns = mysql_stmt_result_metadata(handle)) {
    const auto count = mysql_num_fields(columns);
    statement.results.resize(count);
    statement.buffers.resize(count);
    statement.integers.resize(count);
    statement.lengths.resize(count);
    statement.nulls.resize(count);
    statement.truncated.resize(count);
    statement.cells.resize(count);
    for (unsigned i = 0; i < count; ++i) {
      MYSQL_BIND& bind = statement.results[i];
      bind = {};
      bind.is_null = &statement.nulls[i];
      bind.length = &statement.lengths[i];
      bind.error = &statement.truncated[i];
      if (is_integer(mysql_fetch_field_direct(columns, i)->type)) {
        bind.buffer_type = MYSQL_TYPE_LONGLONG;
        bind.buffer = &statement.integers[i];
        bind.is_unsigned = (mysql_fetch_field_direct(columns, i)->flags & UNSIGNED_FLAG) != 0;
      } else {
        constexpr std::size_t kFirstBuffer = 256;
        statement.buffers[i].resize(kFirstBuffer);
        bind.buffer_type = MYSQL_TYPE_STRING;
        bind.buffer = statement.buffers[i].data();
        bind.buffer_length = kFirstBuffer;
      }
    }
    mysql_free_result(columns);
  }
  return state_->statements.emplace(std::string(sql), std::move(statement)).first->second;
}

namespace {

/// Binds each value to its `?`. The integers must stay where they are until the run.
std::vector<MYSQL_BIND> bind_values(const Values& values, std::vector<std::int64_t>& integers) {
  std::vector<MYSQL_BIND> binds(values.size());
  integers.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    MYSQL_BIND& bind = binds[i];
    bind = {};
    switch (values[i].kind()) {
      case Value::Kind::null:
        bind.buffer_type = MYSQL_TYPE_NULL;
        break;
      case Value::Kind::integer:
      case Value::Kind::natural:
        integers[i] = values[i].integer();
        bind.buffer_type = MYSQL_TYPE_LONGLONG;
        bind.buffer = &integers[i];
        bind.is_unsigned = values[i].kind() == Value::Kind::natural;
        break;
      case Value::Kind::text:
        bind.buffer_type = MYSQL_TYPE_STRING;
        bind.buffer = const_cast<char*>(values[i].text().data());
        bind.buffer_length = static_cast<unsigned long>(values[i].text().size());
        break;
    }
  }
  return binds;
}

}  // namespace

Outcome Connection::run(std::string_view sql, const Values& values) {
  MYSQL_STMT* handle = prepare(sql).handle.get();
  std::vector<std::int64_t> integers;
  auto binds = bind_values(values, integers);
  if ((!binds.empty() && mysql_stmt_bind_param(handle, binds.data()) != 0) ||
      mysql_stmt_execute(handle) != 0) {
    fail(mysql_stmt_errno(handle), mysql_stmt_error(handle), sql);
  }
  const Outcome outcome{.affected = mysql_stmt_affected_rows(handle)};
  mysql_stmt_free_result(handle);
  return outcome;
}

void Connection::each(std::string_view sql, const Values& values,
                      const std::function<void(const Row&)>& use) {
  Statement& statement = prepare(sql);
  MYSQL_STMT* handle = statement.handle.get();
  std::vector<std::int64_t> integers;
  auto binds = bind_values(values, integers);
  if ((!binds.empty() && mysql_stmt_bind_param(handle, binds.data()) != 0) ||
      mysql_stmt_execute(handle) != 0 ||
      // Read to the end at once, so that `use` may run other statements.
      mysql_stmt_store_result(handle) != 0 ||
      mysql_stmt_bind_result(handle, statement.results.data()) != 0) {
    fail(mysql_stmt_errno(handle), mysql_stmt_error(handle), sql);
  }
  const std::unique_ptr<MYSQL_STMT, Calls<mysql_stmt_free_result>> rows(handle);
  const Row row(statement.cells);
  while (true) {
    const int status = mysql_stmt_fetch(handle);
    if (status == MYSQL_NO_DATA) return;
    if (status == 1) fail(mysql_stmt_errno(handle), mysql_stmt_error(handle), sql);
    bool grown = false;
    for (std::size_t i = 0; i < statement.cells.size(); ++i) {
      Cell& cell = statement.cells[i];
      cell.null = statement.nulls[i] != 0;
      cell.is_text = statement.results[i].buffer_type != MYSQL_TYPE_LONGLONG;
      if (cell.null) {
        cell.integer = 0;
        cell.text = {};
      } else if (statement.results[i].buffer_type == MYSQL_TYPE_LONGLONG) {
        cell.integer = statement.integers[i];
      } else {
        std::string& buffer = statement.buffers[i];
        if (statement.lengths[i] > buffer.size()) {
          buffer.resize(statement.lengths[i]);
          statement.results[i].buffer = buffer.data();
          statement.results[i].buffer_length = static_cast<unsigned long>(buffer.size());
          mysql_stmt_fetch_column(handle, &statement.results[i], static_cast<unsigned>(i), 0);
          grown = true;
        }
        cell.text = std::string_view(buffer.data(), statement.lengths[i]);
      }
    }
    use(row);
    if (grown) mysql_stmt_bind_result(handle, statement.results.data());
  }
}

Outcome Connection::bulk(std::string_view sql, std::size_t columns, const Values& values) {
  MYSQL_STMT* handle = prepare(sql).handle.get();
  const std::size_t rows = values.size() / columns;
  struct Column {
    std::vector<std::int64_t> integers;
    std::vector<char*> texts;
    std::vector<unsigned long> lengths;
    std::vector<char> indicators;
  };
  std::vector<Column> arrays(columns);
  std::vector<MYSQL_BIND> binds(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    Column& column = arrays[c];
    column.indicators.resize(rows, STMT_INDICATOR_NONE);
    auto kind = Value::Kind::null;
    for (std::size_t r = 0; r < rows && kind == Value::Kind::null; ++r) {
      kind = values[r * columns + c].kind();
    }
    const bool is_text = kind == Value::Kind::text;
    column.integers.resize(is_text ? 0 : rows);
    column.texts.resize(is_text ? rows : 0);
    column.lengths.resize(is_text ? rows : 0);
    for (std::size_t r = 0; r < rows; ++r) {
      const Value& value = values[r * columns + c];
      if (value.kind() == Value::Kind::null) {
        column.indicators[r] = STMT_INDICATOR_NULL;
      } else if (is_text) {
        column.texts[r] = const_cast<char*>(value.text().data());
        column.lengths[r] = static_cast<unsigned long>(value.text().size());
      } else {
        column.integers[r] = value.integer();
      }
    }
    MYSQL_BIND& bind = binds[c];
    bind = {};
    bind.u.indicator = column.indicators.data();
    if (is_text) {
      bind.buffer_type = MYSQL_TYPE_STRING;
      bind.buffer = column.texts.data();
      bind.length = column.lengths.data();
    } else {
      bind.buffer_type = MYSQL_TYPE_LONGLONG;
      bind.buffer = column.integers.data();
      bind.is_unsigned = kind == Value::Kind::natural;
    }
  }
  const auto size = static_cast<unsigned>(rows);
  mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &size);
  if (mysql_stmt_bind_param(handle, binds.data()) != 0 || mysql_stmt_execute(handle) != 0) {
    fail(mysql_stmt_errno(handle), mysql_stmt_error(handle), sql);
  }
  return {.affected = mysql_stmt_affected_rows(handle)};
}

}  // namespace confab::db
