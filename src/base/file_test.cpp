#include "base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/temporary_folder.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

class FileTest : public testing::Test {
 protected:
  // The message of the error, with the folder taken out of it.
  template <class T>
  std::string fault(const Result<T>& result, ErrorCode code) const {
    if (result) return "no error";
    EXPECT_EQ(result.error().code, code);
    return folder_.without(describe(result.error()));
  }

  TemporaryFolder folder_;
};

TEST_F(FileTest, ReadsEveryByte) {
  const std::string bytes("a\0\xFF\n", 4);
  EXPECT_EQ(read_file(folder_.write("x", bytes)).value(), bytes);
  EXPECT_EQ(read_file(folder_.write("empty", "")).value(), "");
}

TEST_F(FileTest, ReadsFilesLargerThanABuffer) {
  std::string bytes;
  for (int i = 0; i < 50'000; ++i) bytes += std::to_string(i);
  EXPECT_EQ(read_file(folder_.write("x", bytes)).value(), bytes);
}

TEST_F(FileTest, KnowsSizeAndPath) {
  const auto path = folder_.write("x", "abc");

  auto file = File::open(path).value();

  EXPECT_EQ(file.size(), 3U);
  EXPECT_EQ(file.path(), path);
}

TEST_F(FileTest, AMissingFileIsNotFound) {
  EXPECT_EQ(fault(File::open(folder_.path() / "x"), ErrorCode::NotFound), "`x`: no such file (check the path)");
  EXPECT_EQ(fault(File::open(folder_.write("y", "") / "z"), ErrorCode::NotFound),
            "`y/z`: no such file (check the path)");
}

TEST_F(FileTest, WhatIsNoRegularFileIsRefused) {
  fs::create_directory(folder_.path() / "folder");
  ASSERT_EQ(::mkfifo((folder_.path() / "fifo").c_str(), 0600), 0);

  EXPECT_EQ(fault(File::open(folder_.path() / "folder"), ErrorCode::Invalid),
            "`folder`: is a directory (give a regular file)");
  EXPECT_EQ(fault(File::open(folder_.path() / "fifo"), ErrorCode::Invalid), "`fifo`: is a FIFO (give a regular file)");
  EXPECT_EQ(fault(File::open("/dev/zero"), ErrorCode::Invalid),
            "`/dev/zero`: is not a regular file (give a regular file)");
}

TEST_F(FileTest, AFileOfAnotherUserIsDenied) {
  const auto path = folder_.write("x", "");
  fs::permissions(path, fs::perms::none);
  const auto user = ::geteuid();
  if (user == 0) {
    ASSERT_EQ(::seteuid(65534), 0) << "root reads everything, so ask as somebody else";
  }

  const auto opened = File::open(path);

  if (user == 0) {
    ASSERT_EQ(::seteuid(user), 0);
  }
  EXPECT_EQ(fault(opened, ErrorCode::Denied), "`x`: permission denied (read it as a user who may, or change its mode)");
}

TEST_F(FileTest, ALargerFileThanAllowedIsALimit) {
  const auto path = folder_.write("x", std::string((std::size_t{1} << 20) + 1, 'a'));

  EXPECT_EQ(fault(read_file(path, std::size_t{1} << 20), ErrorCode::Limit), "`x`: is larger than 1 MB");
  EXPECT_EQ(read_file(path, (std::size_t{1} << 20) + 1).value().size(), (std::size_t{1} << 20) + 1);
}

TEST_F(FileTest, MovedFilesCloseOnce) {
  auto first = File::open(folder_.write("x", "abc")).value();
  auto second = File::open(folder_.write("y", "de")).value();

  second = std::move(first);
  const File third = std::move(second);

  EXPECT_EQ(third.size(), 3U);
  EXPECT_EQ(third.path().filename(), "x");
}

TEST_F(FileTest, WritesForItsOwnerAlone) {
  const auto path = folder_.path() / "x";

  ASSERT_TRUE(write_file(path, "abc"));

  EXPECT_EQ(read_file(path).value(), "abc");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(FileTest, WritingReplacesTheOldFileAndLeavesNothingBeside) {
  const auto path = folder_.write("x", "an older and longer text");
  fs::permissions(path, fs::perms::all);

  ASSERT_TRUE(write_file(path, ""));

  EXPECT_EQ(read_file(path).value(), "");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 1);
}

TEST_F(FileTest, WhatAnInterruptedRunLeftBehindIsNotWrittenThrough) {
  const auto open = folder_.write("open", "of somebody else");
  fs::create_symlink(open, folder_.path() / "x.part");
  fs::permissions(folder_.write("y.part", "half"), fs::perms::all);

  ASSERT_TRUE(write_file(folder_.path() / "x", "secret"));
  ASSERT_TRUE(write_file(folder_.path() / "y", "secret"));

  EXPECT_EQ(read_file(open).value(), "of somebody else");
  EXPECT_EQ(read_file(folder_.path() / "x").value(), "secret");
  EXPECT_EQ(fs::status(folder_.path() / "y").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(FileTest, AFaultInWritingNamesTheFileThatWasAskedFor) {
  EXPECT_EQ(fault(write_file(folder_.path() / "no" / "x", "abc"), ErrorCode::NotFound),
            "`no/x`: no such file (check the path)");
}

TEST_F(FileTest, AFolderIsNotReplacedByAFile) {
  fs::create_directory(folder_.path() / "x");

  EXPECT_EQ(fault(write_file(folder_.path() / "x", "abc"), ErrorCode::Invalid), "`x`: Is a directory");
  EXPECT_FALSE(fs::exists(folder_.path() / "x.part"));
}

}  // namespace
}  // namespace assay
