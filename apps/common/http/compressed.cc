#include "apps/common/http/compressed.h"

#include <zlib.h>

#include <algorithm>

namespace sluice::http {
namespace {

constexpr std::uint64_t entry_octets = 256;  // what remembering costs besides the octets themselves

}  // namespace

std::size_t TextFile::read(std::uint64_t offset, ByteSpan room) {
    const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(offset, text_.size()));
    const auto part = std::string_view(text_).substr(begin, room.size());
    std::ranges::copy(part, room.begin());
    return part.size();
}

std::string gzip_compressed(std::string_view text) {
    constexpr int level = 6;
    constexpr int gzip_window = 15 + 16;  // the largest window, with gzip's header and trailer
    constexpr int memory = 8;
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, memory, Z_DEFAULT_STRATEGY) != Z_OK) return {};
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = deflate(&stream, Z_FINISH);
    out.resize(result == Z_STREAM_END ? stream.total_out : 0);
    deflateEnd(&stream);
    return out;
}

std::shared_ptr<OpenFile> CompressedFiles::made_of(OpenFile& plain) const {
    if (plain.size == 0 || plain.size > octets_max_ / 16) return nullptr;
    std::string text(plain.size, '\0');
    const auto got = plain.read(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    if (got < text.size()) return nullptr;
    std::string small = gzip_compressed(text);
    if (small.empty() || small.size() >= text.size()) return nullptr;
    auto file = std::make_shared<TextFile>(std::move(small));
    file->modified_ns = plain.modified_ns;
    file->identity = plain.identity;
    return file;
}

std::shared_ptr<OpenFile> CompressedFiles::of(OpenFile& plain, const std::string& etag) {
    if (const auto found = kept_.find(etag); found != kept_.end()) return found->second.file;
    auto file = made_of(plain);
    const std::uint64_t octets = entry_octets + (file ? file->size : 0);
    while (!order_.empty() && octets_ + octets > octets_max_) {
        const auto oldest = kept_.find(order_.front());
        octets_ -= oldest->second.octets;
        kept_.erase(oldest);
        order_.pop_front();
    }
    order_.push_back(etag);
    kept_.emplace(etag, Kept{file, octets});
    octets_ += octets;
    return file;
}

}  // namespace sluice::http
