#include "apps/httpd/content.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/common/failure.h"
#include "apps/common/http/text.h"

namespace sluice::httpd {
namespace {

http::FileTree must_open(const std::string& directory) {
    auto tree = http::FileTree::at(directory);
    if (!tree) throw common::Failure(common::exit_environment, tree.error());
    return std::move(*tree);
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

std::vector<std::string> segments_of(const std::string& path) {
    const auto target = http::parse_target("GET", path);
    if (!target)
        throw common::Failure(common::exit_usage, fmt::format("--allow-put: '{}' is not a path", path));
    return target->segments;
}

}  // namespace

Content::Content(const Options& options) : options_(options), tree_(must_open(options.directory)) {
    for (const std::string& pair : options.hosts) {
        const auto equals = pair.find('=');
        trees_.emplace(lower(pair.substr(0, equals)), must_open(pair.substr(equals + 1)));
    }
}

void Content::check_readable() const {
    if (!tree_.is_readable())
        throw common::Failure(
            common::exit_environment,
            fmt::format(
                "the directory {} may not be read by the user this server becomes; name another with --user",
                options_.directory));
}

http::Site& Content::files_of(http::FileTree& tree, std::uint64_t seed) {
    return file_sites_.emplace_back(
        tree, http::FileSiteOptions{.listing = !options_.no_listing && !options_.minimal,
                                    .dot_files = options_.dot_files,
                                    .max_ranges = options_.settings.max_ranges,
                                    .max_listing = options_.settings.max_listing,
                                    .gzip = !options_.no_gzip && !options_.minimal,
                                    .gzip_cache = options_.settings.gzip_cache,
                                    .boundary_seed = seed});
}

http::OuterOptions Content::outer_options() const {
    http::OuterOptions outer;
    outer.cors = options_.cors;
    outer.allow_trace = options_.allow_trace;
    outer.gone = {options_.gone.begin(), options_.gone.end()};
    for (const std::string& line : options_.fields) {
        const auto colon = line.find(':');
        outer.fields.add(line.substr(0, colon), http::trimmed(std::string_view(line).substr(colon + 1)));
    }
    return outer;
}

http::Site& Content::site(Stack& stack) {
    std::uint64_t seed = stack.random().next();
    http::Site* site = &files_of(tree_, seed);
    if (!options_.allow_put.empty()) site = &uploads_.emplace(*site, tree_, segments_of(options_.allow_put));
    if (options_.demo && !options_.minimal) site = &demo_.emplace(*site);
    if (options_.backend) site = &proxy_.emplace(*site, stack, *options_.backend, options_.settings);
    http::OuterOptions outer = outer_options();
    for (auto& [name, tree] : trees_) outer.hosts.emplace(name, &files_of(tree, ++seed));
    outer_.emplace(*site, std::move(outer));
    if (options_.forward.hosts.empty()) return *outer_;
    return forward_.emplace(*outer_, stack, options_.forward, options_.settings);
}

}  // namespace sluice::httpd
