#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "http/loop.h"
#include "m365/sender.h"

// What has to be known of a tenant before some services can be asked: hosts that carry its name, its first domain.
// Each is found out once, when it is first needed.
namespace assay::collect {

class Facts {
 public:
  using SenderFor = std::function<m365::Sender*(std::string_view service)>;

  Facts(http::Loop& loop, http::Client& client, m365::SignIn& sign_in, SenderFor sender_for, std::string cloud_apps);
  ~Facts();

  // Finds out every fact that the text names in braces. An error says which could not be had, and why.
  http::Task<Result<void>> learn(std::string text);
  std::optional<std::string> value(std::string_view name) const;

 private:
  struct Fact;
  http::Task<Result<std::string>> find(std::string name);
  http::Task<Result<std::string>> find_initial_domain();
  http::Task<Result<std::string>> find_sharepoint_admin();
  http::Task<Result<std::string>> find_compliance_host();

  http::Loop& loop_;
  http::Client& client_;
  m365::SignIn& sign_in_;
  SenderFor sender_for_;
  std::string cloud_apps_;
  std::map<std::string, std::unique_ptr<Fact>, std::less<>> facts_;
};

}  // namespace assay::collect
