// The text of an XML file as UTF-8, block by block, whatever encoding and wrapping it has on the disk.
//
// Used by one thread at a time. Nothing is ever held but a block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "smsbackup/charset.hpp"
#include "smsbackup/source.hpp"
#include "stores/input_file.hpp"

namespace smsbackup::stores {

// Where bytes come from: a file, an entry of a zip, memory.
class ByteInput {
 public:
  virtual ~ByteInput() = default;
  // Gives the next bytes, 0 only at the end (or where none are asked for). Throws Error; what was read before that
  // has been given.
  virtual std::size_t read(std::span<char> out) = 0;
  virtual Position position() const = 0;
};

class FileByteInput final : public ByteInput {
 public:
  explicit FileByteInput(InputFile file) : file_(std::move(file)) {}
  std::size_t read(std::span<char> out) override { return file_.read(out); }
  Position position() const override { return {file_.position(), file_.size()}; }

 private:
  InputFile file_;
};

class MemoryByteInput final : public ByteInput {
 public:
  explicit MemoryByteInput(std::string bytes) : bytes_(std::move(bytes)) {}
  std::size_t read(std::span<char> out) override;
  Position position() const override { return {done_, bytes_.size()}; }

 private:
  std::string bytes_;
  std::size_t done_ = 0;
};

// Turns the bytes into UTF-8. The encoding is told by a byte order mark, by how '<' looks (UTF-16), or by the XML
// declaration; without any of these it is UTF-8. UTF-8 is handed on as it is, valid or not. A half surrogate in UTF-16
// stays one (WTF-8).
class XmlText {
 public:
  XmlText(std::unique_ptr<ByteInput> bytes, std::unique_ptr<CharsetConverter> charsets);
  // The rest of a text in UTF-8, from that offset of the input on.
  XmlText(std::unique_ptr<ByteInput> bytes, std::uint64_t offset);

  // As ByteInput::read(); a byte order mark is left out.
  std::size_t read(std::span<char> out);

  // What comes first, without consuming it.
  std::string_view head() const noexcept { return head_; }

  // Whether offsets in the text are not offsets in the input.
  bool converted() const noexcept { return encoding_ != Encoding::utf8; }
  // The input's offset of the text's offset 0, when not converted.
  std::uint64_t skipped() const noexcept { return skipped_; }
  // The declaration names a charset that nobody knows: its bytes are handed on as they are.
  bool charset_unknown() const noexcept { return charset_unknown_; }
  Position position() const { return bytes_->position(); }

 private:
  enum class Encoding : std::uint8_t { utf8, utf16le, utf16be, charset };
  bool convert_block();
  void convert_utf16(std::string_view bytes);
  void flush_utf16();
  std::size_t safe_cut(std::string_view bytes) const;

  std::unique_ptr<ByteInput> bytes_;
  std::unique_ptr<CharsetConverter> charsets_;
  Encoding encoding_ = Encoding::utf8;
  std::string charset_;
  bool charset_unknown_ = false;
  std::uint64_t skipped_ = 0;
  std::string head_;  // text not yet handed out from head_done_ on
  std::size_t head_done_ = 0;
  std::string raw_;   // input bytes that wait for the rest of their character
  std::string text_;  // converted text not yet handed out from text_done_ on
  std::size_t text_done_ = 0;
  bool at_end_ = false;
  char16_t high_half_ = 0;  // a UTF-16 high half that waits for its low one
};

}  // namespace smsbackup::stores
