#include "host/privileges.h"

#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <vector>

#include "host/sandbox.h"

namespace sluice::host {
namespace {

using Done = std::expected<void, std::string>;

Done refused(const char* what) {
    return std::unexpected(fmt::format("cannot drop privileges: {}: {}", what, strerrordesc_np(errno)));
}

// The user by name or number; without a name, who called sudo, else nobody.
const passwd* find_user(const std::string& name) {
    if (!name.empty()) {
        if (const passwd* found = getpwnam(name.c_str())) return found;
        uid_t number = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        return error == std::errc() && *end == '\0' ? getpwuid(number) : nullptr;
    }
    const char* caller = std::getenv("SUDO_USER");
    if (caller && std::strcmp(caller, "root") != 0)
        if (const passwd* found = getpwnam(caller)) return found;
    return getpwnam("nobody");
}

// In a user namespace where only some users are mapped, root is an ordinary user outside, and there is no other to become.
bool is_root_everywhere() {
    std::ifstream map("/proc/self/uid_map");
    std::uint64_t inside = 0;
    std::uint64_t outside = 0;
    std::uint64_t count = 0;
    return !(map >> inside >> outside >> count) || count > 65535;
}

// Who somebody is: looked up while there are files to look it up in.
struct Identity {
    uid_t user = 0;
    std::vector<gid_t> groups;  // the first is the main one
};

std::optional<Identity> identity_of(const std::string& user) {
    const passwd* found = find_user(user);
    if (!found) return std::nullopt;
    Identity identity{found->pw_uid, std::vector<gid_t>(64)};
    auto count = static_cast<int>(identity.groups.size());
    if (getgrouplist(found->pw_name, found->pw_gid, identity.groups.data(), &count) < 0) count = 1;
    identity.groups.front() = found->pw_gid;
    identity.groups.resize(static_cast<std::size_t>(count));
    return identity;
}

Done become(const Identity& identity) {
    const uid_t uid = identity.user;
    const gid_t gid = identity.groups.front();
    if (setgroups(identity.groups.size(), identity.groups.data()) != 0) return refused("setgroups");
    if (setresgid(gid, gid, gid) != 0) return refused("setresgid");
    if (setresuid(uid, uid, uid) != 0) return refused("setresuid");
    if (setresuid(0, 0, 0) == 0) return std::unexpected("cannot drop privileges: root could be had back");
    return {};
}

Done clear_capabilities() {
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL)
        return refused("ambient");
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    if (syscall(SYS_capset, &header, none.data()) != 0) return refused("capset");
    return {};
}

}  // namespace

Done drop_privileges(const std::string& user, bool leaves_file_system) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("no_new_privs");
    std::optional<Identity> other;
    if (geteuid() == 0 && (!user.empty() || is_root_everywhere())) {
        other = identity_of(user);
        if (!other) return std::unexpected(fmt::format("no user {}", user.empty() ? "nobody" : user));
    }
    if (leaves_file_system) leave_file_system();
    // Choice: whoever asks for root by name keeps root's files, but none of its powers.
    if (other && other->user != 0)
        if (const Done done = become(*other); !done) return done;
    return clear_capabilities();
}

}  // namespace sluice::host
