// Takes a Content-Encoding off while a body arrives: gzip and deflate (RFC 9110 8.4.1; zlib or bare, as servers disagree).
#pragma once

#include <functional>
#include <memory>
#include <string_view>

struct z_stream_s;

namespace sluice::get {

class Inflate {
public:
    // Nothing when the coding is not one of these.
    static std::unique_ptr<Inflate> of(std::string_view coding);
    ~Inflate();
    Inflate(const Inflate&) = delete;
    Inflate& operator=(const Inflate&) = delete;

    // Hands the decoded octets to `sink` piece by piece. Throws TransferError when they are no such thing.
    void take(std::string_view octets, const std::function<void(std::string_view)>& sink);
    // The body has ended. Throws TransferError when something is missing.
    void finish() const;

private:
    explicit Inflate(int window_bits);
    void begin(int window_bits);
    bool is_bare(int result) const;

    std::unique_ptr<z_stream_s> stream_;
    bool may_be_bare_ = false;
    bool has_begun_ = false;
    bool is_complete_ = false;
};

}  // namespace sluice::get
