// Reading a source the way the pipeline does: exactly what the query asks for, however much of it the source checks by
// itself. For hosts that look at records instead of moving them.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "smsbackup/cancel.hpp"
#include "smsbackup/contacts.hpp"
#include "smsbackup/export.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/source.hpp"

namespace smsbackup {

// What of the records whoever reads is going to look at. A hint: a source may leave out the rest, which is most of the
// work where only a few columns are wanted, and then needn't tell what is wrong with it.
struct Needs {
  // Of SMS and calls, by the provider's names, those in extras among them. Nothing: all. What a Query looks at (type,
  // date, address, number) is there in any case, and of an MMS everything.
  std::optional<std::set<std::string, std::less<>>> columns;
  bool positions = true;  // Batch::positions
};

// A source that can do so is one of these as well.
class SMSBACKUP_EXPORT NarrowSource {
 public:
  virtual ~NarrowSource();
  // As Source::open_piece().
  virtual std::unique_ptr<Cursor> open_narrow(const Query& query, std::string_view piece, const Needs& needs) = 0;
};

// Opens the source, or a piece of it (Source::split()), and gives a cursor whose batches hold only what the query
// wants, and of that what is needed; what is left out is counted in Batch::filtered. `contacts` is for
// Query::contact_group. The cursor must not outlive the source.
//
// With Query::newest the first next() reads all of the source; one that can't be opened again has its wanted records
// kept in memory meanwhile. Throws what the source throws, Error(cancelled), and Error(invalid_argument) for the newest
// of a piece, which doesn't know those of the others.
SMSBACKUP_EXPORT std::unique_ptr<Cursor> read(Source& source, const Query& query,
                                              std::shared_ptr<ContactBook> contacts = nullptr,
                                              const CancelToken& cancel = {}, std::string_view piece = {},
                                              const Needs& needs = {});

}  // namespace smsbackup
