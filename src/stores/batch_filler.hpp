// Fills a Batch with what a store's cursor meets, and says when it is full.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "smsbackup/error.hpp"
#include "smsbackup/limits.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/source.hpp"

namespace smsbackup::stores {

// The part of a query that a store checks by itself: it has no contact book, so a group passes everything here.
Query without_group(Query query);

class BatchFiller {
 public:
  // Both must outlive this. The query is one of without_group().
  BatchFiller(const Query& query, Batch& out) : query_(query), out_(out) {}

  // Also true after so many rows left out or unreadable that the caller wants to hear of it.
  bool full() const noexcept { return out_.full() || seen_ >= max_seen || raw_bytes_ >= Batch::max_bytes; }
  // What next() returns: whether anything happened at all.
  bool any() const noexcept { return seen_ != 0; }

  // Whether the query lets it in. `position` as in Batch::positions.
  bool record(Record&& record, std::string_view position, bool starred = false);
  void problem(Problem problem);
  void filtered() {
    ++out_.filtered;
    ++seen_;
  }
  void foreign() {
    ++out_.foreign;
    ++seen_;
  }

 private:
  static constexpr std::size_t max_seen = 8192;
  const Query& query_;
  Batch& out_;
  std::size_t seen_ = 0;
  std::size_t raw_bytes_ = 0;
};

// Adds where something is, for people: "sms.mbox, mail 12". Wanted of every record, so it is written where there is
// room already.
void append_place(std::string& out, std::string_view store, std::string_view what, std::uint64_t number);

// The Problem that an Error about one row makes. `begin` is where the row begins in the input.
Problem problem_of(const Error& error, std::string where, std::uint64_t begin);

// Keeps as much of the row as the limits allow.
void keep_raw(Problem& problem, std::string_view raw, const Limits& limits);

}  // namespace smsbackup::stores
