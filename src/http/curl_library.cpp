#include "http/curl_library.h"

#include <mutex>
#include <string>

#include <dlfcn.h>
#include <fmt/format.h>

namespace assay::http {
namespace {

Result<CurlLibrary> load() {
  void* library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return Error{ErrorCode::NotFound, fmt::format("libcurl cannot be loaded: {}", ::dlerror()), "install libcurl4"};
  CurlLibrary out;
  std::string missing;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(library, name));
    if (function == nullptr) missing = name;
  };
  find(out.global_init, "curl_global_init");
  find(out.easy_init, "curl_easy_init");
  find(out.easy_setopt, "curl_easy_setopt");
  find(out.easy_getinfo, "curl_easy_getinfo");
  find(out.easy_cleanup, "curl_easy_cleanup");
  find(out.easy_strerror, "curl_easy_strerror");
  find(out.multi_init, "curl_multi_init");
  find(out.multi_setopt, "curl_multi_setopt");
  find(out.multi_add_handle, "curl_multi_add_handle");
  find(out.multi_remove_handle, "curl_multi_remove_handle");
  find(out.multi_perform, "curl_multi_perform");
  find(out.multi_info_read, "curl_multi_info_read");
  find(out.multi_poll, "curl_multi_poll");
  find(out.multi_cleanup, "curl_multi_cleanup");
  find(out.slist_append, "curl_slist_append");
  find(out.slist_free_all, "curl_slist_free_all");
  if (!missing.empty())
    return Error{ErrorCode::NotFound, fmt::format("libcurl has no `{}`", missing), "install libcurl 7.68 or later"};
  if (out.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return Error{ErrorCode::Internal, "libcurl cannot be initialised", {}};
  return out;
}

}  // namespace

Result<const CurlLibrary*> curl_library() {
  static std::mutex mutex;
  static CurlLibrary library;
  const std::lock_guard lock(mutex);
  if (library.global_init == nullptr) library = TRY(load());
  return &library;
}

}  // namespace assay::http
