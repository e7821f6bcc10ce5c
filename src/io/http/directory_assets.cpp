// Files of the web app straight from a directory: --web-dir.

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/http/assets.h"
#include "io/runtime/fd.h"

namespace portico::io::http {
namespace {

constexpr off_t kMaxFile = 64 * 1024 * 1024;

// Opens each part below the one before and follows no symbolic link, so that no path leaves the
// root.
Result<runtime::UniqueFd> open_below(const std::string& root, std::string_view path) {
  runtime::UniqueFd at(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!at) return fail(ErrorCode::not_found, "the directory " + root + " can't be opened");
  while (!path.empty()) {
    path.remove_prefix(1);  // '/'
    const std::size_t end = path.find('/');
    const std::string part(path.substr(0, end));
    path = end == path.npos ? std::string_view() : path.substr(end);
    // Also "." and "..": nothing that starts with a dot is public.
    if (part.empty() || part.front() == '.') return fail(ErrorCode::not_found, "no such file");
    const int flags =
        O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | (path.empty() ? 0 : O_DIRECTORY);
    runtime::UniqueFd next(openat(at.get(), part.c_str(), flags));
    if (!next) return fail(ErrorCode::not_found, "no such file");
    at = std::move(next);
  }
  return at;
}

}  // namespace

Result<FileContent> read_below(const std::string& root, std::string_view path) {
  if (!path.starts_with('/') || path.find('\0') != path.npos) {
    return fail(ErrorCode::not_found, "no such file");
  }
  PORTICO_TRY(file, open_below(root, path));
  struct stat info{};
  if (fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > kMaxFile) {
    return fail(ErrorCode::not_found, "no such file");
  }
  FileContent content;
  content.bytes.resize(static_cast<std::size_t>(info.st_size));
  std::size_t done = 0;
  while (done < content.bytes.size()) {
    const ssize_t got = read(file.get(), content.bytes.data() + done, content.bytes.size() - done);
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  content.bytes.resize(done);
  content.etag = fmt::format("\"{:x}-{:x}-{:x}\"", info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                             content.bytes.size());
  return content;
}

Handler directory_handler(std::string root) {
  return immediate([root = std::move(root)](const Request& request) {
    std::string path = request.path;
    if (path.ends_with('/')) path += "index.html";
    auto content = read_below(root, path);
    if (!content && path.substr(path.rfind('/')).find('.') == std::string::npos) {
      path = "/index.html";
      content = read_below(root, path);
    }
    if (!content) return Response::error(404, "not_found", "there is no such file");
    auto owner = std::make_shared<const FileContent>(std::move(*content));
    Asset asset;
    asset.path = path;
    asset.mime = mime_of(path);
    asset.etag = owner->etag;
    asset.immutable = has_hashed_name(path);
    asset.identity = as_bytes(owner->bytes);
    Response response = serve_asset(asset, request);
    response.owner = owner;
    return response;
  });
}

}  // namespace portico::io::http
