// A file that is being received, in a directory that is already open: it has a hidden name until it is complete.
#pragma once

#include <string>

#include "apps/common/http/files.h"
#include "host/descriptor.h"

namespace sluice::http {

FileError file_error_of(int error_number);

std::expected<std::unique_ptr<NewFile>, FileError> create_file(host::Descriptor directory,
                                                               const std::string& name);
std::expected<void, FileError> remove_file(const host::Descriptor& directory, const std::string& name);

}  // namespace sluice::http
