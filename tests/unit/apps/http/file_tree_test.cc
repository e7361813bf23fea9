// The tree on a real file system, in a folder of its own.
#include "apps/common/http/file_tree.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace sluice::http {
namespace {

namespace fs = std::filesystem;
using Path = std::vector<std::string>;

struct Folder {
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "sluice-tree-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        outside = pattern;
        root = outside / "root";
        fs::create_directories(root / "sub" / "deep");
        write(outside / "secret", "secret");
        write(root / "file", "0123456789");
        write(root / "sub" / "page", "page");
    }
    ~Folder() { fs::remove_all(outside); }
    static void write(const fs::path& path, std::string_view text) { std::ofstream(path) << text; }

    FileTree tree(FileTree::Opening opening = FileTree::Opening::openat2) const {
        auto opened = FileTree::at(root.string());
        REQUIRE(opened);
        opened->set_opening(opening);
        return std::move(*opened);
    }

    fs::path outside;
    fs::path root;
};

std::string text_of(OpenFile& file) {
    std::string text(file.size, '\0');
    CHECK(file.read(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}) == text.size());
    return text;
}

constexpr std::array both{FileTree::Opening::openat2, FileTree::Opening::step_by_step};

TEST_CASE("files below the root are read, directories are told") {
    const Folder folder;
    for (const auto opening : both) {
        FileTree tree = folder.tree(opening);
        const auto file = tree.open(Path{"file"});
        REQUIRE(file);
        REQUIRE(file->file);
        CHECK(text_of(*file->file) == "0123456789");
        std::array<std::uint8_t, 8> room;
        CHECK(file->file->read(7, room) == 3);
        CHECK(file->file->read(100, room) == 0);
        CHECK(text_of(*tree.open(Path{"sub", "page"})->file) == "page");
        CHECK_FALSE(tree.open(Path{"sub"})->file);
        CHECK_FALSE(tree.open(Path{})->file);
        CHECK(tree.open(Path{"none"}).error() == FileError::not_found);
        CHECK(tree.open(Path{"file", "below"}).error() == FileError::not_found);
        CHECK(tree.open(Path{std::string(300, 'a')}).error() == FileError::not_found);
    }
}

TEST_CASE("nothing leads out of the root: no link, no dots, no slash, no absolute path") {
    const Folder folder;
    fs::create_symlink("../secret", folder.root / "relative");
    fs::create_symlink((folder.outside / "secret").string(), folder.root / "absolute");
    fs::create_symlink("..", folder.root / "up");
    fs::create_symlink("/", folder.root / "all");
    fs::create_symlink("/proc/self/root", folder.root / "magic");
    fs::create_symlink("circle", folder.root / "circle");
    for (const auto opening : both) {
        FileTree tree = folder.tree(opening);
        for (const Path& path :
             {Path{"relative"}, Path{"absolute"}, Path{"up", "secret"}, Path{"all", "etc", "passwd"},
              Path{"magic", "etc", "passwd"}, Path{"circle"}}) {
            INFO(path.back());
            const auto found = tree.open(path);
            REQUIRE_FALSE(found);
        }
        for (const Path& path :
             {Path{"..", "secret"}, Path{"../secret"}, Path{"/etc/passwd"}, Path{"sub", "..", "..", "secret"},
              Path{"", "etc"}, Path{"."}, Path{std::string("file\0x", 6)}})
            CHECK(tree.open(path).error() == FileError::not_found);
        CHECK_FALSE(tree.list(Path{"up"}, 10));
        CHECK_FALSE(tree.list(Path{"all"}, 10));
    }
}

TEST_CASE("a link that stays below the root is followed by openat2, and by nothing else") {
    const Folder folder;
    fs::create_symlink("../file", folder.root / "sub" / "link");
    CHECK(text_of(*folder.tree().open(Path{"sub", "link"})->file) == "0123456789");
    CHECK(folder.tree(FileTree::Opening::step_by_step).open(Path{"sub", "link"}).error() ==
          FileError::forbidden);
}

TEST_CASE("what is neither a file nor a directory is forbidden at once") {
    const Folder folder;
    REQUIRE(::mkfifo((folder.root / "fifo").c_str(), 0666) == 0);
    const int listening = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = (folder.root / "socket").string();
    REQUIRE(name.size() < sizeof address.sun_path);
    std::ranges::copy(name, std::begin(address.sun_path));
    REQUIRE(::bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    for (const auto opening : both) {
        FileTree tree = folder.tree(opening);
        CHECK(tree.open(Path{"fifo"}).error() == FileError::forbidden);
        CHECK(tree.open(Path{"socket"}).error() == FileError::forbidden);
    }
    ::close(listening);
}

TEST_CASE("a file that becomes shorter is read as far as it goes") {
    const Folder folder;
    FileTree tree = folder.tree();
    const auto found = tree.open(Path{"file"});
    fs::resize_file(folder.root / "file", 4);
    std::array<std::uint8_t, 10> room;
    CHECK(found->file->size == 10);
    CHECK(found->file->read(0, room) == 4);
}

TEST_CASE("a directory is listed with kinds and sizes, at most so many entries") {
    const Folder folder;
    FileTree tree = folder.tree();
    auto entries = tree.list(Path{}, 100);
    REQUIRE(entries);
    std::ranges::sort(*entries, {}, &DirectoryEntry::name);
    REQUIRE(entries->size() == 2);
    CHECK(entries->at(0).name == "file");
    CHECK(entries->at(0).size == 10);
    CHECK_FALSE(entries->at(0).is_directory);
    CHECK(entries->at(1).name == "sub");
    CHECK(entries->at(1).is_directory);
    CHECK(tree.list(Path{}, 1)->size() == 1);
    CHECK(tree.list(Path{"none"}, 1).error() == FileError::not_found);
    CHECK_FALSE(tree.list(Path{"file"}, 1));
}

TEST_CASE("the root must be a directory that can be opened; the message says why it is not") {
    const Folder folder;
    CHECK(FileTree::at((folder.root / "none").string()).error().ends_with("none: No such file or directory"));
    CHECK(FileTree::at((folder.root / "file").string()).error().ends_with("file: Not a directory"));
}

}  // namespace
}  // namespace sluice::http
