// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Archives: what is accepted, and what every wrong or damaged file is told.
#include "lib/Import/ExportedProgram/Archive.h"

#include "TestArchive.h"
#include "llvm/Support/Endian.h"
#include <gtest/gtest.h>

using namespace lcompile::import;
using namespace lcompile::import::test;

/// The error of opening `bytes` and reading all of its entries.
static std::string errorOf(llvm::StringRef bytes) {
  TemporaryFile file(bytes);
  Failure failure;
  std::unique_ptr<Archive> archive = Archive::open(file.path(), failure);
  EXPECT_EQ(archive == nullptr, failure.failed());
  if (archive)
    for (const std::string &name : archive->names())
      archive->read(name, failure);
  return failure.message();
}

static std::vector<Entry> markers() {
  return {{"m/archive_format", "pt2"}, {"m/archive_version", "0"}};
}

static std::string errorWith(std::vector<Entry> more) {
  for (Entry &entry : markers())
    more.push_back(entry);
  return errorOf(makeZip(more));
}

TEST(Archive, ReadsStoredAndDeflatedEntries) {
  std::vector<Entry> entries = markers();
  entries.push_back({"m/stored", "some bytes"});
  entries.push_back({"m/deflated", std::string(100000, 'x'), true});
  entries.push_back({"m/empty", ""});
  entries.push_back({"elsewhere", "not below the root"});
  TemporaryFile file(makeZip(entries));
  Failure failure;
  std::unique_ptr<Archive> archive = Archive::open(file.path(), failure);
  ASSERT_TRUE(archive) << failure.message();
  EXPECT_EQ(archive->read("stored", failure)->text(), "some bytes");
  EXPECT_EQ(archive->read("deflated", failure)->text(),
            std::string(100000, 'x'));
  EXPECT_EQ(archive->read("empty", failure)->data.size(), 0u);
  EXPECT_FALSE(archive->has("elsewhere"));
  EXPECT_FALSE(failure.failed());
  EXPECT_FALSE(archive->read("missing", failure));
  EXPECT_EQ(failure.message(), "entry 'missing' is missing");
}

TEST(Archive, SaysWhatOtherFilesAre) {
  const std::string wanted = ", expected a .pt2 archive (torch.export.save)";
  EXPECT_EQ(errorOf(""), "is empty");
  EXPECT_EQ(errorOf("hello\n"), "is a text file" + wanted);
  EXPECT_EQ(errorOf(std::string("\x7f"
                                "ELF\x02\x01\0",
                                7)),
            "is an ELF object" + wanted);
  EXPECT_EQ(errorOf(std::string("\x80\x02}q\0", 5)),
            "is a pickle, as torch.save wrote before 1.6" + wanted);
  EXPECT_EQ(errorOf(std::string("\x01\x02\x03\x04", 4)),
            "is not a zip archive" + wanted);
  EXPECT_EQ(
      errorOf(makeZip({{"m/data.pkl", ""}, {"m/code/x.py", ""}})),
      "is a TorchScript archive (torch.jit.save): rename it to .pt to import "
      "it as one");
  EXPECT_EQ(errorOf(makeZip({{"archive/data.pkl", ""}})).substr(0, 40),
            "is a file of torch.save, which holds no ");
  EXPECT_EQ(errorOf(makeZip({{"serialized_exported_program.json", "{}"}}))
                .substr(0, 50),
            "is a program that torch 2.7 or older exported: loa");
  EXPECT_EQ(errorOf(makeZip({{"readme", ""}})).substr(0, 43),
            "is a zip archive without 'archive_format', ");
  Failure failure;
  EXPECT_FALSE(Archive::open("/", failure));
  EXPECT_EQ(failure.message(), "is a folder, expected a .pt2 file");
  Failure absent;
  EXPECT_FALSE(Archive::open("/no/such/file.pt2", absent));
  EXPECT_EQ(absent.message(), "cannot be opened: No such file or directory");
}

TEST(Archive, ChecksItsMarkers) {
  EXPECT_EQ(errorOf(makeZip(
                {{"m/archive_format", "pt3"}, {"m/archive_version", "0"}})),
            "the archive's format is 'pt3', expected 'pt2'");
  EXPECT_EQ(errorOf(makeZip({{"m/archive_format", "pt2"},
                             {"m/archive_version", "7"}}))
                .substr(0, 40),
            "the archive's version is 7, expected 0: ");
  EXPECT_EQ(errorOf(makeZip({{"m/archive_format", "pt2"}})),
            "entry 'archive_version' is missing");
  EXPECT_EQ(errorWith({{"m/byteorder", "big"}}),
            "the archive's byte order is 'big', expected 'little'");
  EXPECT_EQ(errorWith({{"other/archive_format", "pt2"}}),
            "holds two programs: 'other/' and 'm/'");
}

TEST(Archive, RefusesUnsafeNames) {
  for (const char *name :
       {"../etc/passwd", "m/../../x", "/etc/passwd", "m\\x", "C:x", "m/a\nb"})
    EXPECT_NE(errorWith({{name, ""}})
                  .find("the name would leave the archive's folder"),
              std::string::npos)
        << name;
}

TEST(Archive, RefusesDuplicateNames) {
  std::vector<Entry> entries = markers();
  entries.push_back({"m/x1", "one"});
  entries.push_back({"m/x2", "two"});
  std::string bytes = makeZip(entries);
  for (size_t at = 0; (at = bytes.find("m/x2", at)) != std::string::npos; ++at)
    bytes[at + 3] = '1';
  EXPECT_EQ(errorOf(bytes), "entry 'm/x1': the archive holds this name twice");
}

TEST(Archive, VerifiesChecksums) {
  for (bool deflate : {false, true}) {
    std::vector<Entry> entries = markers();
    entries.insert(entries.begin(),
                   {"m/weight_0", "0123456789abcdef0123456789abcdef", deflate});
    std::string bytes = makeZip(entries);
    bytes[30 + 10 + 3] ^= 4; // inside of the first entry's data
    std::string error = errorOf(bytes);
    EXPECT_TRUE(llvm::StringRef(error).starts_with("entry 'weight_0' "))
        << error;
  }
}

TEST(Archive, RefusesSizesThatLie) {
  std::string bytes = makeZip(markers());
  size_t central = bytes.find("PK\1\2");
  auto with = [&](size_t offset, uint32_t value) {
    std::string changed = bytes;
    llvm::support::endian::write32le(changed.data() + central + offset, value);
    return errorOf(changed);
  };
  for (uint32_t value : {0x7fffffffu, 0xfffffffeu, 0xffffffffu, 5u}) {
    EXPECT_NE(with(20, value), "") << "compressed size " << value;
    EXPECT_NE(with(24, value), "") << "size " << value;
    EXPECT_NE(with(42, value), "") << "offset " << value;
  }
  // A deflate bomb: much more than the bytes can hold.
  std::vector<Entry> entries = markers();
  entries.insert(entries.begin(), {"m/bomb", std::string(5000, 'x'), true});
  bytes = makeZip(entries);
  central = bytes.find("PK\1\2");
  EXPECT_NE(with(24, 0xf0000000), "");
}

TEST(Archive, RefusesOtherCompression) {
  std::string bytes = makeZip(markers());
  size_t central = bytes.find("PK\1\2");
  bytes[central + 10] = 93; // zstd
  EXPECT_NE(errorOf(bytes).find("compression method 93 is not supported"),
            std::string::npos);
}
