#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/contract/face.h"

namespace confab::test {

/// People who do everything a client can do, at random, through the API. Many of
/// their requests are refused, as a person's may be.
class Actors {
 public:
  Actors(Face& face, std::uint32_t seed);

  struct Person {
    std::string username;
    std::string id;
    Client client;
  };

  void act();
  std::size_t count() const { return people_.size(); }
  Person& person(std::size_t i) { return *people_[i]; }
  std::size_t upto(std::size_t count) { return std::size_t{random_()} % count; }

 private:
  using Ids = std::vector<std::string>;

  Face::Result call(Person& who, const std::string& operation, const Ids& ids = {},
                    const std::string& body = {}, const std::string& query = {});
  Person& anybody() { return *people_[upto(people_.size())]; }
  const std::string& any(const std::vector<std::string>& list) { return list[upto(list.size())]; }
  std::string number() { return std::to_string(++numbers_); }

  void join_the_server();
  void make_room(Person& who);
  void change_room(Person& who);
  void change_member(Person& who);
  void post(Person& who);
  void change_message(Person& who);
  void read(Person& who);
  void change_oneself(Person& who);

  Face& face_;
  std::mt19937 random_;
  std::vector<std::unique_ptr<Person>> people_;
  std::vector<std::string> rooms_;
  std::vector<std::string> messages_;
  int numbers_ = 0;
};

}  // namespace confab::test
