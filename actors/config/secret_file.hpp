#pragma once

#include "net/base/result.hpp"

#include <string>

namespace troupe::actors {

/// Reads a secret, token or key from a file of at most 64 KB, without the white
/// space at its end, which editors leave there. Errors: the system's;
/// `std::errc::file_too_large`; `std::errc::invalid_argument` if the file is
/// empty.
net::result<std::string> read_secret_file(const std::string& path);

/// Describes such a failure in one line for the operator: the key that names
/// the file, the file, and why.
std::string describe_secret_failure(const std::string& key,
                                    const std::string& path,
                                    const std::error_code& why);

} // namespace troupe::actors
