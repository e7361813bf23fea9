#include "apps/common/http/mime.h"

#include <array>

#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

struct Row {
    std::string_view extension;
    std::string_view type;
};

// Choice: files of text are taken for UTF-8, which ASCII is part of.
constexpr std::array rows{Row{"html", "text/html; charset=utf-8"},
                          Row{"htm", "text/html; charset=utf-8"},
                          Row{"css", "text/css; charset=utf-8"},
                          Row{"js", "text/javascript; charset=utf-8"},
                          Row{"mjs", "text/javascript; charset=utf-8"},
                          Row{"txt", "text/plain; charset=utf-8"},
                          Row{"text", "text/plain; charset=utf-8"},
                          Row{"log", "text/plain; charset=utf-8"},
                          Row{"md", "text/markdown; charset=utf-8"},
                          Row{"csv", "text/csv; charset=utf-8"},
                          Row{"c", "text/plain; charset=utf-8"},
                          Row{"cc", "text/plain; charset=utf-8"},
                          Row{"h", "text/plain; charset=utf-8"},
                          Row{"py", "text/plain; charset=utf-8"},
                          Row{"sh", "text/plain; charset=utf-8"},
                          Row{"xml", "application/xml; charset=utf-8"},
                          Row{"xhtml", "application/xhtml+xml; charset=utf-8"},
                          Row{"json", "application/json"},
                          Row{"map", "application/json"},
                          Row{"webmanifest", "application/manifest+json"},
                          Row{"wasm", "application/wasm"},
                          Row{"pdf", "application/pdf"},
                          Row{"zip", "application/zip"},
                          Row{"gz", "application/gzip"},
                          Row{"tar", "application/x-tar"},
                          Row{"svg", "image/svg+xml"},
                          Row{"png", "image/png"},
                          Row{"jpg", "image/jpeg"},
                          Row{"jpeg", "image/jpeg"},
                          Row{"gif", "image/gif"},
                          Row{"webp", "image/webp"},
                          Row{"avif", "image/avif"},
                          Row{"ico", "image/vnd.microsoft.icon"},
                          Row{"bmp", "image/bmp"},
                          Row{"mp3", "audio/mpeg"},
                          Row{"ogg", "audio/ogg"},
                          Row{"wav", "audio/wav"},
                          Row{"mp4", "video/mp4"},
                          Row{"webm", "video/webm"},
                          Row{"woff", "font/woff"},
                          Row{"woff2", "font/woff2"},
                          Row{"ttf", "font/ttf"},
                          Row{"otf", "font/otf"}};

}  // namespace

std::string_view media_type_of(std::string_view file_name) {
    const auto dot = file_name.rfind('.');
    if (dot != std::string_view::npos)
        for (const Row& row : rows)
            if (equals_ignoring_case(row.extension, file_name.substr(dot + 1))) return row.type;
    return "application/octet-stream";
}

}  // namespace sluice::http
