// Every record has a fingerprint: its content digest mixed with type, direction, second and the classes of its parties
// (address_classes.hpp). What may be known on one side only, the millisecond and the message id, is kept beside it and
// compared by rule. Entries are found by the whole fingerprint rather than by second and party first, so that an
// archive whose records all have the same second costs no more than any other.
//
// An entry's payload word: 10 bits millisecond, 22 bits hash of the message id.
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "engine/address_classes.hpp"
#include "engine/explain.hpp"
#include "engine/key_table.hpp"
#include "engine/locator_list.hpp"
#include "engine/mix.hpp"
#include "engine/random_seed.hpp"
#include "engine/second_of.hpp"
#include "smsbackup/address.hpp"
#include "smsbackup/dedup.hpp"

namespace smsbackup {
namespace {

using engine::AddressClasses;
using engine::Fingerprint;
using engine::KeyTable;
using engine::LocatorList;
using engine::mix;
using engine::Moment;

constexpr unsigned id_bits = 22;
constexpr std::uint32_t id_mask = (1U << id_bits) - 1;

// As many entries of one fingerprint stand side by side, more than a second has milliseconds. The rest of a crowd that
// differs in message ids only goes elsewhere, where nothing but its equal is found.
constexpr std::size_t crowd = 1024;

constexpr std::uint32_t payload_of(std::uint32_t moment, std::uint32_t id) { return moment << id_bits | id; }
constexpr std::uint32_t moment_of(std::uint32_t payload) { return payload >> id_bits; }
constexpr std::uint32_t id_of(std::uint32_t payload) { return payload & id_mask; }

// Whether two moments within one second may be the same.
bool may_be_same_moment(std::uint32_t a, std::uint32_t b) {
  return a == b || (a == Moment::some_time && b < Moment::some_time) ||
         (b == Moment::some_time && a < Moment::some_time);
}
bool may_be_same_id(std::uint32_t a, std::uint32_t b) { return a == b || a == 0 || b == 0; }

bool may_be_same(std::uint32_t a, std::uint32_t b) {
  return may_be_same_moment(moment_of(a), moment_of(b)) && may_be_same_id(id_of(a), id_of(b));
}

// Nothing is left that a look-up could tell apart from it.
bool is_complete(std::uint32_t payload) { return moment_of(payload) != Moment::some_time || id_of(payload) != 0; }

std::uint64_t half(const Digest& digest, std::size_t offset) {
  std::uint64_t value = 0;
  std::memcpy(&value, digest.bytes.data() + offset, sizeof value);
  return value;
}

Fingerprint valid(std::uint64_t high, std::uint64_t low) {
  if (high == 0) high = 1;
  return {high, low & ~0xffULL};
}

}  // namespace

struct [[gnu::visibility("hidden")]] KeyIndex::State {
  explicit State(DedupPolicy given)
      : policy(std::move(given)), seed(engine::random_seed()), classes(policy.level == DedupLevel::exact, seed) {}

  struct Parties {
    std::uint64_t classes = 0;  // of which classes
    std::uint8_t spelling = 0;  // a byte that shows most differences in spelling
    bool known = true;          // false: a party founds a new class, so nothing can be there
  };

  DedupPolicy policy;
  std::uint64_t seed;
  AddressClasses classes;
  KeyTable table;
  KeyTable crowded;
  KeyTable undecided;  // by coarse(), for those whose content is unknown; the payload is the first of their locators
  LocatorList locators;

  bool off() const { return policy.level == DedupLevel::off; }
  bool is_left_out(std::string_view party) const;
  template <class Classify>
  Parties parties_of(const RecordKey& key, Classify&& classify) const;
  Parties add_parties(const RecordKey& key);
  Parties find_parties(const RecordKey& key) const;

  std::uint64_t when_and_what(const RecordKey& key) const;
  Fingerprint fingerprint(const RecordKey& key, const Parties& parties) const;
  Fingerprint coarse(const RecordKey& key) const;
  Fingerprint crowded_fingerprint(const Fingerprint& fingerprint, std::uint32_t payload) const;
  std::uint32_t payload(const RecordKey& key) const;

  // The slot of the best match in a run; run.end if there is none.
  std::size_t best_match(const KeyTable::Run& run, std::uint32_t payload) const;
  Match match_in(const KeyTable::Run& run, const Fingerprint& print, std::uint32_t payload, std::size_t& slot) const;
  bool has_undecided(const RecordKey& key) const;
  void insert(const Fingerprint& print, const Parties& parties, std::uint32_t payload, const KeyTable::Run& run);
  void insert_undecided(const RecordKey& key);
};

bool KeyIndex::State::is_left_out(std::string_view party) const {
  if (party == insert_address_token) return true;
  return std::any_of(policy.own_numbers.begin(), policy.own_numbers.end(),
                     [&](const std::string& own) { return same_address(party, own); });
}

template <class Classify>
KeyIndex::State::Parties KeyIndex::State::parties_of(const RecordKey& key, Classify&& classify) const {
  Parties parties;
  if (key.type != RecordType::mms && key.parties.size() <= 1) {
    // A message without any address is one of an unknown party.
    const std::string_view party = key.parties.empty() ? std::string_view() : std::string_view(key.parties.front());
    const AddressClasses::Class of = classify(party);
    parties.known = of != AddressClasses::none;
    parties.classes = mix(seed ^ of);
    parties.spelling = static_cast<std::uint8_t>(mix(party, seed));
    return parties;
  }
  std::vector<AddressClasses::Class> classes_met;
  std::vector<std::string_view> spellings;
  for (const std::string& party : key.parties) {
    if (key.type == RecordType::mms && is_left_out(party)) continue;
    const AddressClasses::Class of = classify(party);
    parties.known = parties.known && of != AddressClasses::none;
    classes_met.push_back(of);
    spellings.push_back(party);
  }
  const auto chain = [](auto& values, std::uint64_t start, auto&& number) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    std::uint64_t hash = mix(start ^ values.size());
    for (const auto& value : values) hash = mix(hash ^ number(value));
    return hash;
  };
  parties.classes = chain(classes_met, ~seed, [](AddressClasses::Class of) { return std::uint64_t{of}; });
  parties.spelling =
      static_cast<std::uint8_t>(chain(spellings, seed, [](std::string_view text) { return mix(text, 0); }));
  return parties;
}

KeyIndex::State::Parties KeyIndex::State::add_parties(const RecordKey& key) {
  return parties_of(key, [&](std::string_view party) { return classes.add(party); });
}

KeyIndex::State::Parties KeyIndex::State::find_parties(const RecordKey& key) const {
  return parties_of(key, [&](std::string_view party) { return classes.find(party); });
}

std::uint64_t KeyIndex::State::when_and_what(const RecordKey& key) const {
  const std::uint64_t what =
      static_cast<std::uint64_t>(key.type) << 8 | static_cast<std::uint64_t>(key.direction) << 4 | (key.date ? 1U : 0U);
  const std::int64_t second = key.date ? engine::second_of(*key.date) : 0;
  return mix(mix(seed ^ static_cast<std::uint64_t>(second)) ^ what);
}

Fingerprint KeyIndex::State::fingerprint(const RecordKey& key, const Parties& parties) const {
  const std::uint64_t when = when_and_what(key);
  // Two ways to combine them, so that what collides in one half does not in the other.
  const std::uint64_t high = when ^ parties.classes;
  const std::uint64_t low = mix(when + parties.classes * 0x9e3779b97f4a7c15);
  return valid(mix(half(*key.content, 0) ^ high), half(*key.content, 8) ^ low);
}

Fingerprint KeyIndex::State::coarse(const RecordKey& key) const {
  const std::uint64_t when = when_and_what(key);
  // Mails of SMS Backup+ name only one of an MMS's parties.
  std::string bucket;
  if (key.type != RecordType::mms && !key.parties.empty()) bucket = address_bucket(key.parties.front());
  const std::uint64_t where = mix(bucket, seed);
  return valid(mix(when + where), mix(when ^ where));
}

Fingerprint KeyIndex::State::crowded_fingerprint(const Fingerprint& fingerprint, std::uint32_t payload) const {
  return valid(mix(fingerprint.high ^ payload), fingerprint.low);
}

std::uint32_t KeyIndex::State::payload(const RecordKey& key) const {
  std::uint32_t id = 0;
  if (!key.message_id.empty()) {
    id = static_cast<std::uint32_t>(mix(key.message_id, seed)) & id_mask;
    if (id == 0) id = 1;
  }
  if (!key.date) return payload_of(Moment::never, id);
  const auto ms = static_cast<std::uint32_t>((*key.date % 1000 + 1000) % 1000);
  const bool only_second = key.whole_second && ms == 0 && policy.level != DedupLevel::exact;
  return payload_of(only_second ? Moment::some_time : ms, id);
}

std::size_t KeyIndex::State::best_match(const KeyTable::Run& run, std::uint32_t payload) const {
  std::size_t best = run.end;
  int best_score = -1;
  for (std::size_t slot = run.begin; slot < run.end; ++slot) {
    const std::uint32_t there = table[slot].payload;
    if (!may_be_same(there, payload)) continue;
    const int score = (moment_of(there) == moment_of(payload) ? 2 : 0) + (id_of(there) == id_of(payload) ? 1 : 0);
    if (score > best_score) {
      best = slot;
      best_score = score;
    }
  }
  return best;
}

Match KeyIndex::State::match_in(const KeyTable::Run& run, const Fingerprint& print, std::uint32_t payload,
                                std::size_t& slot) const {
  slot = best_match(run, payload);
  if (slot != run.end) return Match::duplicate;
  if (run.size() >= crowd && crowded.find(crowded_fingerprint(print, payload)).size() != 0) return Match::duplicate;
  return Match::unseen;
}

bool KeyIndex::State::has_undecided(const RecordKey& key) const {
  return undecided.size() != 0 && undecided.find(coarse(key)).size() != 0;
}

void KeyIndex::State::insert(const Fingerprint& print, const Parties& parties, std::uint32_t payload,
                             const KeyTable::Run& run) {
  if (run.size() < crowd) {
    table.insert(print, parties.spelling, payload, run);
    return;
  }
  const Fingerprint elsewhere = crowded_fingerprint(print, payload);
  const KeyTable::Run there = crowded.find(elsewhere);
  if (there.size() == 0) crowded.insert(elsewhere, parties.spelling, payload, there);
}

void KeyIndex::State::insert_undecided(const RecordKey& key) {
  const Fingerprint print = coarse(key);
  const KeyTable::Run run = undecided.find(print);
  if (run.size() != 0) {
    std::uint32_t& first = undecided[run.begin].payload;
    first = locators.prepend(key.locator, first);
  } else {
    undecided.insert(print, 0, locators.prepend(key.locator, LocatorList::end), run);
  }
}

KeyIndex::KeyIndex(DedupPolicy policy) : state_(std::make_unique<State>(std::move(policy))) {}
KeyIndex::~KeyIndex() = default;
KeyIndex::KeyIndex(KeyIndex&&) noexcept = default;
KeyIndex& KeyIndex::operator=(KeyIndex&&) noexcept = default;

const DedupPolicy& KeyIndex::policy() const noexcept { return state_->policy; }

Finding KeyIndex::find(const RecordKey& key, bool explain) const {
  const State& state = *state_;
  Finding finding;
  if (state.off()) {
    if (explain) finding.explanation = engine::explain_off();
    return finding;
  }
  if (key.content) {
    const State::Parties parties = state.find_parties(key);
    if (parties.known) {
      const Fingerprint print = state.fingerprint(key, parties);
      const std::uint32_t payload = state.payload(key);
      const KeyTable::Run run = state.table.find(print);
      std::size_t slot = 0;
      finding.match = state.match_in(run, print, payload, slot);
      if (finding.match == Match::duplicate) {
        if (explain) {
          // What stands in the crowd is there exactly as it was looked for.
          const std::uint32_t there = slot != run.end ? state.table[slot].payload : payload;
          const bool same_spelling = slot == run.end || state.table[slot].note() == parties.spelling;
          finding.explanation =
              engine::explain_duplicate({key.type, state.policy.level, moment_of(payload), moment_of(there),
                                         same_spelling, id_of(payload) != 0 && id_of(payload) == id_of(there)});
        }
        return finding;
      }
    }
    if (state.undecided.size() != 0) {
      const KeyTable::Run run = state.undecided.find(state.coarse(key));
      if (run.size() != 0) {
        finding.match = Match::undecided;
        finding.candidates = state.locators.read(state.undecided[run.begin].payload);
      }
    }
  } else if (size() != 0) {
    finding.match = Match::undecided;
  }
  if (explain) {
    finding.explanation =
        finding.match == Match::undecided ? engine::explain_undecided(key.type) : engine::explain_unseen();
  }
  return finding;
}

Match KeyIndex::match(const RecordKey& key) const {
  const State& state = *state_;
  if (state.off()) return Match::unseen;
  if (!key.content) return size() != 0 ? Match::undecided : Match::unseen;
  const State::Parties parties = state.find_parties(key);
  if (parties.known) {
    const Fingerprint print = state.fingerprint(key, parties);
    std::size_t slot = 0;
    if (state.match_in(state.table.find(print), print, state.payload(key), slot) == Match::duplicate) {
      return Match::duplicate;
    }
  }
  return state.has_undecided(key) ? Match::undecided : Match::unseen;
}

void KeyIndex::insert(const RecordKey& key) {
  State& state = *state_;
  if (state.off()) return;
  if (!key.content) {
    state.insert_undecided(key);
    return;
  }
  const State::Parties parties = state.add_parties(key);
  const Fingerprint print = state.fingerprint(key, parties);
  const std::uint32_t payload = state.payload(key);
  const KeyTable::Run run = state.table.find(print);
  // Two that lack something may be two records; of those that lack nothing, one is enough.
  if (is_complete(payload)) {
    for (std::size_t slot = run.begin; slot < run.end; ++slot) {
      if (state.table[slot].payload == payload) return;
    }
  }
  state.insert(print, parties, payload, run);
}

Match KeyIndex::find_or_insert(const RecordKey& key) {
  State& state = *state_;
  if (state.off()) return Match::unseen;
  if (!key.content) {
    if (size() != 0) return Match::undecided;
    state.insert_undecided(key);
    return Match::unseen;
  }
  const State::Parties parties = state.add_parties(key);
  const Fingerprint print = state.fingerprint(key, parties);
  const std::uint32_t payload = state.payload(key);
  const KeyTable::Run run = state.table.find(print);
  std::size_t slot = 0;
  if (state.match_in(run, print, payload, slot) == Match::duplicate) {
    if (slot != run.end) {
      // What is there stands for this record from now on, and for no other moment or message id.
      std::uint32_t& there = state.table[slot].payload;
      const std::uint32_t moment = moment_of(there) == Moment::some_time ? moment_of(payload) : moment_of(there);
      there = payload_of(moment, id_of(there) == 0 ? id_of(payload) : id_of(there));
    }
    return Match::duplicate;
  }
  if (state.has_undecided(key)) return Match::undecided;
  state.insert(print, parties, payload, run);
  return Match::unseen;
}

bool KeyIndex::erase(const RecordKey& key) {
  State& state = *state_;
  if (state.off() || !key.content) return false;
  const State::Parties parties = state.find_parties(key);
  if (!parties.known) return false;
  const Fingerprint print = state.fingerprint(key, parties);
  const std::uint32_t payload = state.payload(key);
  const KeyTable::Run elsewhere = state.crowded.find(state.crowded_fingerprint(print, payload));
  if (elsewhere.size() != 0) {
    state.crowded.erase(elsewhere.begin);
    return true;
  }
  // An entry may have been made to stand for another moment since it was inserted. If one too many goes, something is
  // kept twice; if one too few went, something would be lost.
  bool erased = false;
  const KeyTable::Run run = state.table.find(print);
  for (std::size_t slot = run.end; slot-- > run.begin;) {
    if (!may_be_same(state.table[slot].payload, payload)) continue;
    state.table.erase(slot);
    erased = true;
  }
  return erased;
}

void KeyIndex::resolve(const RecordKey& undecided, std::span<const RecordKey> fetched) {
  State& state = *state_;
  if (state.off() || state.undecided.size() == 0) return;
  const KeyTable::Run run = state.undecided.find(state.coarse(undecided));
  if (run.size() == 0) return;
  state.locators.forget(state.undecided[run.begin].payload);
  state.undecided.erase(run.begin);
  for (const RecordKey& key : fetched) insert(key);
}

std::size_t KeyIndex::size() const noexcept {
  const State& state = *state_;
  return state.table.size() + state.crowded.size() + state.locators.size();
}

std::size_t KeyIndex::memory_size() const noexcept {
  const State& state = *state_;
  return sizeof(State) + state.table.memory_size() + state.crowded.memory_size() + state.undecided.memory_size() +
         state.classes.memory_size() + state.locators.memory_size();
}

void KeyIndex::reserve(std::size_t keys) {
  if (!state_->off()) state_->table.reserve(keys);
}

}  // namespace smsbackup
