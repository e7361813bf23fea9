#include "apps/get/inflate.h"

#include <zlib.h>

#include <array>

#include "apps/common/http/text.h"
#include "apps/get/error.h"

namespace sluice::get {
namespace {

constexpr int gzip_window = 15 + 16;
constexpr int zlib_window = 15;
constexpr int bare_window = -15;

[[noreturn]] void fail(const char* why) { throw TransferError(Exit::bad_encoding, why); }

}  // namespace

std::unique_ptr<Inflate> Inflate::of(std::string_view coding) {
    using http::equals_ignoring_case;
    if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip"))
        return std::unique_ptr<Inflate>(new Inflate(gzip_window));
    if (equals_ignoring_case(coding, "deflate")) return std::unique_ptr<Inflate>(new Inflate(zlib_window));
    return nullptr;
}

Inflate::Inflate(int window_bits) : stream_(new z_stream_s{}), may_be_bare_(window_bits == zlib_window) {
    begin(window_bits);
}

Inflate::~Inflate() { inflateEnd(stream_.get()); }

void Inflate::begin(int window_bits) {
    if (inflateInit2(stream_.get(), window_bits) != Z_OK) fail("no memory for decoding");
}

// RFC 9110 8.4.1.2: some servers send the bare form without zlib's header; it shows in the first octets.
bool Inflate::is_bare(int result) const {
    return result == Z_DATA_ERROR && may_be_bare_ && stream_->total_out == 0;
}

void Inflate::take(std::string_view octets, const std::function<void(std::string_view)>& sink) {
    std::array<char, 65536> room;
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(octets.data()));
    stream_->avail_in = static_cast<uInt>(octets.size());
    while (!is_complete_) {
        stream_->next_out = reinterpret_cast<Bytef*>(room.data());
        stream_->avail_out = static_cast<uInt>(room.size());
        const int result = inflate(stream_.get(), Z_NO_FLUSH);
        if (!has_begun_ && is_bare(result)) {
            inflateEnd(stream_.get());
            *stream_ = {};
            begin(bare_window);
            may_be_bare_ = false;
            return take(octets, sink);
        }
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            fail("the body is not encoded as the server says");
        has_begun_ = true;
        is_complete_ = result == Z_STREAM_END;
        const std::size_t made = room.size() - stream_->avail_out;
        if (made > 0) sink({room.data(), made});
        if (stream_->avail_in == 0 && made < room.size()) return;
        if (result == Z_BUF_ERROR && made == 0) return;
    }
}

void Inflate::finish() const {
    if (has_begun_ && !is_complete_) fail("the encoded body ends early");
}

}  // namespace sluice::get
