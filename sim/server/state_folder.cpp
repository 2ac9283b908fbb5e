#include "sim/server/state_folder.h"

#include <fstream>
#include <sstream>
#include <system_error>

#include <stdlib.h>

namespace assay::sim::server {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

Result<void> StateFolder::write(const std::string& name, std::string_view bytes) const {
  const auto file = path / name;
  std::error_code failed;
  {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, failed);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) return Error{ErrorCode::Denied, "cannot write `" + file.string() + "`", "choose another --state"};
  }
  return {};
}

Result<StateFolder> StateFolder::open(const fs::path& folder) {
  StateFolder out;
  out.path = folder;
  if (folder.empty()) {
    auto name = (fs::temp_directory_path() / "assay-sim-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      return Error{ErrorCode::Denied, "cannot make a temporary folder", "name a folder with --state"};
    out.path = name;
    out.temporary = true;
  }
  std::error_code failed;
  fs::create_directories(out.path, failed);
  if (failed)
    return Error{ErrorCode::Denied, "cannot make `" + out.path.string() + "`: " + failed.message(),
                 "choose another --state"};
  if (out.temporary || !fs::exists(out.path / "ca.key")) {
    out.authority = make_authority("assay-sim authority");
    out.client = make_client_identity("assay-sim reading application");
    out.federated_issuer = Key::make_rsa();
    out.secret = base64url(random_bytes(30));
    out.writer_secret = base64url(random_bytes(30));
    TRY(out.write("ca.pem", out.authority.certificate));
    TRY(out.write("ca.key", out.authority.key.private_pem()));
    TRY(out.write("client.pem", out.client.certificate + out.client.key.private_pem()));
    TRY(out.write("federated.key", out.federated_issuer.private_pem()));
    TRY(out.write("client-secret", out.secret));
    TRY(out.write("writer-secret", out.writer_secret));
    return out;
  }
  out.authority = TRY_IN("ca.pem", read_identity(read(out.path / "ca.pem"), read(out.path / "ca.key")));
  const auto client = read(out.path / "client.pem");
  const auto key_begins = client.find("-----BEGIN PRIVATE");
  if (key_begins == std::string::npos) return invalid("client.pem: there is no private key", "remove the state folder");
  out.client = TRY_IN("client.pem", read_identity(client.substr(0, key_begins), client.substr(key_begins)));
  out.federated_issuer = TRY_IN("federated.key", Key::from_pem(read(out.path / "federated.key")));
  out.secret = read(out.path / "client-secret");
  out.writer_secret = read(out.path / "writer-secret");
  return out;
}

}  // namespace assay::sim::server
