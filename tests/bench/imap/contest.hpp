// The same work done by several clients in turn, again and again, so that a busy machine slows all of them alike.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "launcher.hpp"

namespace smsbackup::bench {

struct Client {
  std::string name;
  std::function<Command()> command;   // made anew for each turn
  std::size_t messages = 0;           // that a turn moves
  bool tells_time = false;            // prints the seconds itself, as the last line
  std::function<void()> before = {};  // not in the time, either of these
  std::function<void()> check = {};   // throws if the work was not done
};

struct Contest {
  std::string title;
  std::vector<Client> clients;  // the first is the bound
  std::size_t turns = 5;
};

// Prints a table: messages a second (median and range); the ratio to the bound of the same turn (median), and that of
// the best turns of both, which is what a busy machine disturbs least.
void run(const Contest& contest, Launcher& launcher, const std::filesystem::path& output);

}  // namespace smsbackup::bench
