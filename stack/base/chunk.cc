#include "base/chunk.h"

#include <array>
#include <bit>
#include <cstdlib>
#include <new>

namespace sluice {
namespace detail {
namespace {

constexpr std::uint32_t smallest = 256;
constexpr std::uint32_t largest = 1U << 20U;
constexpr std::size_t classes = 13;  // 256 << 12 = 1 MiB
// Memory kept for reuse in one size class; beyond it blocks go back to the system.
constexpr std::uint64_t kept_bytes_per_class = 8U << 20U;

std::size_t class_of(std::uint32_t bytes) {
    const std::uint32_t rounded = std::bit_ceil(bytes < smallest ? smallest : bytes);
    return static_cast<std::size_t>(std::countr_zero(rounded) - std::countr_zero(smallest));
}

}  // namespace

struct PoolCore {
    std::array<Block*, classes> free{};
    std::array<std::uint64_t, classes> kept_bytes{};
    std::uint64_t bytes_in_use = 0;
    std::uint64_t chunks_in_use = 0;
    bool abandoned = false;

    void release_kept() {
        for (Block*& list : free)
            while (list) {
                Block* block = std::exchange(list, list->next_free);
                std::free(block);
            }
    }
};

void retire(Block* block) {
    PoolCore* pool = block->pool;
    pool->bytes_in_use -= block->capacity;
    if (block->release) {
        auto* release = block->release;
        delete block;
        (*release)();  // may be the end of the pool: this block still counts
        delete release;
    } else if (!pool->abandoned &&
               pool->kept_bytes[block->size_class] + block->capacity <= kept_bytes_per_class) {
        pool->kept_bytes[block->size_class] += block->capacity;
        block->next_free = std::exchange(pool->free[block->size_class], block);
    } else {
        std::free(block);
    }
    --pool->chunks_in_use;
    if (pool->abandoned && pool->chunks_in_use == 0) delete pool;
}

}  // namespace detail

using detail::Block;

ChunkPool::ChunkPool() : core_(new detail::PoolCore) {}

ChunkPool::~ChunkPool() {
    core_->release_kept();
    core_->abandoned = true;
    if (core_->chunks_in_use == 0) delete core_;
}

Chunk ChunkPool::take(std::uint32_t bytes) {
    SLUICE_CHECK(bytes <= detail::largest);
    const std::size_t size_class = detail::class_of(bytes);
    const std::uint32_t capacity = detail::smallest << size_class;
    Block* block = core_->free[size_class];
    if (block) {
        core_->free[size_class] = block->next_free;
        core_->kept_bytes[size_class] -= capacity;
    } else {
        void* memory = std::malloc(sizeof(Block) + capacity);
        if (!memory) throw std::bad_alloc();
        block = new (memory) Block;
        block->pool = core_;
        block->bytes = static_cast<std::uint8_t*>(memory) + sizeof(Block);
        block->capacity = capacity;
        block->size_class = static_cast<std::uint8_t>(size_class);
    }
    core_->bytes_in_use += capacity;
    ++core_->chunks_in_use;
    return Chunk(block);
}

Slice ChunkPool::copy(ByteView bytes) {
    Chunk chunk = take(static_cast<std::uint32_t>(bytes.size()));
    std::copy(bytes.begin(), bytes.end(), chunk.writable().begin());
    return {std::move(chunk), 0, static_cast<std::uint32_t>(bytes.size())};
}

Slice ChunkPool::adopt(ByteView bytes, std::function<void()> release) {
    SLUICE_CHECK(bytes.size() <= UINT32_MAX);
    auto* block = new Block;
    block->pool = core_;
    block->bytes = bytes.data();
    block->capacity = static_cast<std::uint32_t>(bytes.size());
    block->release = new std::function<void()>(std::move(release));
    core_->bytes_in_use += block->capacity;
    ++core_->chunks_in_use;
    return {Chunk(block), 0, block->capacity};
}

std::uint64_t ChunkPool::bytes_in_use() const { return core_->bytes_in_use; }
std::uint64_t ChunkPool::chunks_in_use() const { return core_->chunks_in_use; }

}  // namespace sluice
