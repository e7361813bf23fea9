// Reference-counted memory for frames and stream bytes, and slices of it.
//
// A ChunkPool hands out Chunks in a few size classes and takes them back when the last Slice is gone; a
// steady transfer allocates nothing. A Chunk may also wrap memory that is not ours (a mapped file), with a
// function to call when nobody refers to it any more. One Stack is one thread, so the count is plain.
//
//   frame chunk  [eth|ip|tcp|payload........]        Slice = chunk + begin + length
//                            ^---- slice ----^        a queue of slices is a stream without copies
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "base/bytes.h"

namespace sluice {

class ChunkPool;

namespace detail {
struct PoolCore;
struct Block {  // stands in front of the bytes, or alone for foreign memory
    PoolCore* pool = nullptr;
    Block* next_free = nullptr;
    const std::uint8_t* bytes = nullptr;
    std::uint32_t capacity = 0;
    std::uint32_t references = 0;
    std::uint8_t size_class = 0;
    std::function<void()>* release = nullptr;  // foreign memory only
};
void retire(Block* block);
}  // namespace detail

// A handle on one block. Copying shares it.
class Chunk {
public:
    Chunk() = default;
    explicit Chunk(detail::Block* block) : block_(block) {
        if (block_) ++block_->references;
    }
    Chunk(const Chunk& other) : Chunk(other.block_) {}
    Chunk(Chunk&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    Chunk& operator=(Chunk other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~Chunk() {
        if (block_ && --block_->references == 0) detail::retire(block_);
    }

    explicit operator bool() const { return block_ != nullptr; }
    std::uint32_t capacity() const { return block_ ? block_->capacity : 0; }
    const std::uint8_t* data() const { return block_ ? block_->bytes : nullptr; }
    // Writable bytes. Only for memory of the pool; the caller knows that the part it writes is not shared.
    ByteSpan writable() {
        SLUICE_CHECK(block_ && !block_->release);
        return {const_cast<std::uint8_t*>(block_->bytes), block_->capacity};
    }
    bool same_as(const Chunk& other) const { return block_ == other.block_; }
    bool is_unshared() const { return block_ && block_->references == 1; }

private:
    detail::Block* block_ = nullptr;
};

// A range of a chunk.
class Slice {
public:
    Slice() = default;
    Slice(Chunk chunk, std::uint32_t begin, std::uint32_t length)
        : chunk_(std::move(chunk)), begin_(begin), length_(length) {
        SLUICE_CHECK(begin_ <= chunk_.capacity() && length_ <= chunk_.capacity() - begin_);
    }

    std::uint32_t size() const { return length_; }
    bool empty() const { return length_ == 0; }
    ByteView view() const { return {chunk_.data() + begin_, length_}; }
    // Memory kept alive by this slice.
    std::uint32_t pinned_bytes() const { return chunk_.capacity(); }
    Slice sub(std::uint32_t offset, std::uint32_t length) const {
        SLUICE_CHECK(offset <= length_ && length <= length_ - offset);
        return {chunk_, begin_ + offset, length};
    }
    Slice from(std::uint32_t offset) const {
        SLUICE_CHECK(offset <= length_);
        return sub(offset, length_ - offset);
    }
    void drop_front(std::uint32_t n) {
        SLUICE_CHECK(n <= length_);
        begin_ += n;
        length_ -= n;
    }
    void truncate(std::uint32_t length) {
        SLUICE_CHECK(length <= length_);
        length_ = length;
    }
    const Chunk& chunk() const { return chunk_; }
    std::uint32_t begin() const { return begin_; }

private:
    Chunk chunk_;
    std::uint32_t begin_ = 0;
    std::uint32_t length_ = 0;
};

class ChunkPool {
public:
    ChunkPool();
    ~ChunkPool();  // blocks still in use live on until their last slice goes
    ChunkPool(const ChunkPool&) = delete;
    ChunkPool& operator=(const ChunkPool&) = delete;

    // A chunk of at least `bytes` octets (at most 1 MiB), contents unspecified.
    Chunk take(std::uint32_t bytes);
    // A slice holding a copy.
    Slice copy(ByteView bytes);
    // Foreign memory, read only; `release` runs when the last slice goes. At most 4 GiB - 1.
    Slice adopt(ByteView bytes, std::function<void()> release);

    std::uint64_t bytes_in_use() const;
    std::uint64_t chunks_in_use() const;

private:
    detail::PoolCore* core_;
};

}  // namespace sluice
