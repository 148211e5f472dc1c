#include "smsbackup/transfer.hpp"

#include "engine/left_behind.hpp"
#include "engine/pipeline.hpp"

namespace smsbackup {
namespace {

using engine::is_draft;
using engine::is_mms_report;

// What a phone still means to send, or would if asked: putting it back must not send it.
bool is_unsent(const Record& record) {
  if (is_draft(record)) return true;
  if (const auto* sms = std::get_if<Sms>(&record)) {
    return sms->type == Integer(sms_outbox) || sms->type == Integer(sms_queued);
  }
  const auto* mms = std::get_if<Mms>(&record);
  return mms != nullptr && mms->msg_box == Integer(mms_outbox);
}

void mark_as_failed(Record& record) {
  if (auto* sms = std::get_if<Sms>(&record)) sms->type = sms_failed;
  if (auto* mms = std::get_if<Mms>(&record)) mms->msg_box = mms_failed;
}

void forget_subscription(Record& record) {
  std::visit(
      [](auto& row) {
        if (row.sub_id.has_value()) row.sub_id = -1;
      },
      record);
}

void mark_as_read(Record& record) {
  if (auto* call = std::get_if<Call>(&record)) {
    call->is_read = 1;
    call->is_new = 0;
  } else if (auto* sms = std::get_if<Sms>(&record)) {
    sms->read = 1;
    sms->seen = 1;
  } else if (auto* mms = std::get_if<Mms>(&record)) {
    mms->read = 1;
    mms->seen = 1;
  }
}

}  // namespace

Report transfer(std::span<Source* const> sources, Sink& sink, const TransferOptions& options, Observer* observer,
                const CancelToken& cancel) {
  return engine::run_pipeline(sources, sink, options, {}, observer, cancel);
}

Report transfer(Source& source, Sink& sink, const TransferOptions& options, Observer* observer,
                const CancelToken& cancel) {
  Source* const sources[] = {&source};
  return transfer(sources, sink, options, observer, cancel);
}

Report backup(Source& phone, Sink& archive, const BackupOptions& options, Observer* observer,
              const CancelToken& cancel) {
  Source* const sources[] = {&phone};
  engine::Rules rules;
  rules.policy = [&](Record& record) { return !is_mms_report(record) && (options.drafts || !is_draft(record)); };
  rules.state = options.state;
  rules.remembers = true;
  rules.first_run_skips = options.first_run == BackupOptions::FirstRun::skip;
  return engine::run_pipeline(sources, archive, options, rules, observer, cancel);
}

Report restore(Source& archive, Sink& phone, const RestoreOptions& options, Observer* observer,
               const CancelToken& cancel) {
  Source* const sources[] = {&archive};
  engine::Rules rules;
  rules.policy = [&](Record& record) {
    if (is_unsent(record)) {
      if (options.unsent == RestoreOptions::Unsent::skip) return false;
      mark_as_failed(record);
    }
    if (!options.keep_sub_id) forget_subscription(record);
    if (options.mark_as_read) mark_as_read(record);
    return true;
  };
  rules.state = options.state;
  return engine::run_pipeline(sources, phone, options, rules, observer, cancel);
}

}  // namespace smsbackup
