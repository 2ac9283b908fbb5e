#include <gtest/gtest.h>

#include "base/file.h"
#include "base/temporary_folder.h"
#include "sim/server/test_client.h"

namespace assay::sim::server {
namespace {

TEST(RecorderTest, WhatWasSaidIsWrittenDownWithoutSecrets) {
  const TemporaryFolder folder;
  ServerOptions options;
  options.tenant.users = 20;
  options.record = folder.path() / "said.jsonl";
  auto server = Server::start(options);
  ASSERT_TRUE(server) << describe(server.error());
  TestClient client(**server);
  client.sign_in_by_secret();
  const auto reply = client.get("https://graph.microsoft.com/v1.0/users?$top=2&$select=id", {"Prefer: odd"});

  const auto written = read_file(options.record);
  ASSERT_TRUE(written) << describe(written.error());
  EXPECT_EQ(written->find((*server)->access().client_secret), std::string::npos);
  EXPECT_EQ(written->find(client.token), std::string::npos);
  std::vector<Json> lines;
  std::istringstream in(*written);
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["host"], "login.microsoftonline.com");
  EXPECT_EQ(lines[1]["method"], "GET");
  EXPECT_EQ(lines[1]["path"], "/v1.0/users");
  EXPECT_EQ(lines[1]["query"], "$top=2&$select=id");
  EXPECT_EQ(lines[1]["headers"]["prefer"], "odd");
  EXPECT_EQ(lines[1]["status"], 200);
  EXPECT_EQ(lines[1]["response"], reply.body);
  EXPECT_EQ(lines[1]["whole"], true);
}

TEST(RecorderTest, AFileThatCannotBeWrittenIsAnError) {
  ServerOptions options;
  options.tenant.users = 20;
  options.record = "/nowhere/said.jsonl";
  const auto server = Server::start(options);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().message, "cannot write `/nowhere/said.jsonl`");
}

}  // namespace
}  // namespace assay::sim::server
