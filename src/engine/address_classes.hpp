// Numbers the parties of an archive: spellings of the same party share a number.
//
// Loose comparison is not transitive: "+1 555 0100 123" and "+2 555 0100 123" both equal "5550100123", but not each
// other. So a spelling joins a class only if it is the same as every member; in doubt it gets a class of its own, which
// can only keep two records that might have been one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smsbackup::engine {

class AddressClasses {
 public:
  using Class = std::uint32_t;
  static constexpr Class none = ~Class{0};

  // With `exact`, every spelling is a class of its own.
  AddressClasses(bool exact, std::uint64_t seed) : exact_(exact), seed_(seed) {}

  // The class of a spelling, which it joins or founds if it is new.
  Class add(std::string_view address);
  // The class that add() would give, or `none` where it would found one.
  Class find(std::string_view address) const;

  std::size_t memory_size() const noexcept;

 private:
  static constexpr std::uint32_t end_of_chain = ~std::uint32_t{0};

  struct Spelling {
    std::uint64_t offset = 0;  // in text_
    std::uint32_t size = 0;
    Class of = none;
    std::uint32_t next_same_hash = end_of_chain;
    std::uint32_t next_in_bucket = end_of_chain;
  };

  // From a hash to the last spelling that has it.
  class Heads {
   public:
    std::uint32_t find(std::uint64_t hash) const noexcept;
    std::uint32_t& at(std::uint64_t hash);  // made as end_of_chain
    std::size_t memory_size() const noexcept { return slots_.capacity() * sizeof(Slot); }

   private:
    struct Slot {
      std::uint64_t hash = 0;
      std::uint32_t head = end_of_chain;
      bool used = false;
    };
    void grow();
    std::vector<Slot> slots_;
    std::size_t used_ = 0;
  };

  std::string_view text_of(const Spelling& spelling) const noexcept;
  Class known(std::string_view address, std::uint64_t hash) const;
  Class fitting_class(std::string_view address, std::uint64_t bucket_hash, bool& crowded) const;

  bool exact_;
  std::uint64_t seed_;
  std::string text_;
  std::vector<Spelling> spellings_;
  Heads by_spelling_;
  Heads by_bucket_;
  Class next_ = 0;
};

}  // namespace smsbackup::engine
