// Reading a source the way the pipeline does: exactly what the query asks for, however much of it the source checks by
// itself. For hosts that look at records instead of moving them.
#pragma once

#include <memory>
#include <string_view>

#include "smsbackup/cancel.hpp"
#include "smsbackup/contacts.hpp"
#include "smsbackup/export.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/source.hpp"

namespace smsbackup {

// Opens the source, or a piece of it (Source::split()), and gives a cursor whose batches hold only what the query
// wants; what is left out is counted in Batch::filtered. `contacts` is for Query::contact_group. The cursor must not
// outlive the source.
//
// With Query::newest the first next() reads all of the source; one that can't be opened again has its wanted records
// kept in memory meanwhile. Throws what the source throws, Error(cancelled), and Error(invalid_argument) for the newest
// of a piece, which doesn't know those of the others.
SMSBACKUP_EXPORT std::unique_ptr<Cursor> read(Source& source, const Query& query,
                                              std::shared_ptr<ContactBook> contacts = nullptr,
                                              const CancelToken& cancel = {}, std::string_view piece = {});

}  // namespace smsbackup
