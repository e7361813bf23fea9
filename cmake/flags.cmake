# How our code is compiled: language, warnings, sanitizers, ccache.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(PROJECT_IS_TOP_LEVEL)
    if(NOT CMAKE_BUILD_TYPE)
        set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
    endif()
    set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
    set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

    find_program(CCACHE ccache)
    if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
        # NOHASHDIR, BASEDIR: build directories of different names, and of several clones, share what they compiled.
        set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_NOHASHDIR=1 "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" "${CCACHE}")
    endif()

    # Sanitizers and coverage change every object, also in targets that are not ours to warn about.
    if(SLUICE_SANITIZE)
        set(sanitizer_flags -fsanitize=${SLUICE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    endif()
    if(SLUICE_FUZZ)
        list(APPEND sanitizer_flags -fsanitize=fuzzer-no-link)
    endif()
    if(SLUICE_COVERAGE)
        list(APPEND sanitizer_flags --coverage -fprofile-update=atomic)
    endif()
    add_compile_options(${sanitizer_flags})
    add_link_options(${sanitizer_flags})
endif()

set(sluice_warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual)
set(sluice_library_warnings)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 finds overlaps in std::string's operator+ that are not there (GCC bug 105651), and uninitialised values in
    # std::optional, std::variant and std::expected. clang and the sanitizers watch instead.
    list(APPEND sluice_warnings -Wno-restrict -Wno-maybe-uninitialized)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # std::ranges::stable_sort of libstdc++ 12 uses what C++17 deprecates.
    list(APPEND sluice_warnings -Wno-deprecated-declarations)
endif()
if(SLUICE_WERROR)
    list(APPEND sluice_warnings -Werror)
endif()

# The library may end up in a shared one; without this g++ would not inline its functions then.
set(sluice_code_generation -fno-semantic-interposition)

function(sluice_flags target)
    target_compile_features(${target} PUBLIC cxx_std_23)
    target_compile_options(${target} PRIVATE ${sluice_code_generation})
    target_compile_options(${target} PRIVATE ${sluice_warnings})
endfunction()
