# apps/common is what the programs share. Every other folder of apps/ and tools/ with sources is one program,
# sluice-<folder>. tools/bench is several: every file there is a benchmark of its own. apps/preload is a library that other
# programs are started with, libsluice-preload.so, tools/packetdrill one that packetdrill loads, libsluice-packetdrill.so.

find_package(CLI11 REQUIRED)
find_package(boost_url 1.81 REQUIRED CONFIG)
find_package(ZLIB REQUIRED)
find_package(nlohmann_json REQUIRED)
# Howard Hinnant's date is used as headers only, from the system's include path.

file(GLOB_RECURSE apps_common_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/apps/common/*.cc")
if(NOT apps_common_sources)
    set(apps_common_sources "${PROJECT_BINARY_DIR}/nothing_yet.cc")
endif()
# The page that reports and live views are drawn by is part of the programs.
set(page_folder "${PROJECT_SOURCE_DIR}/apps/common/page")
set(page_source "${PROJECT_BINARY_DIR}/page_files.cc")
add_custom_command(OUTPUT "${page_source}"
    COMMAND "${CMAKE_COMMAND}" "-DPAGE=${page_folder}" "-DOUTPUT=${page_source}" -P "${PROJECT_SOURCE_DIR}/cmake/page.cmake"
    DEPENDS "${page_folder}/page.js" "${page_folder}/style.css" "${page_folder}/body.html"
        "${PROJECT_SOURCE_DIR}/cmake/page.cmake"
    VERBATIM)
add_library(sluice_apps STATIC ${apps_common_sources} "${page_source}")
sluice_flags(sluice_apps)
target_include_directories(sluice_apps PUBLIC "${PROJECT_SOURCE_DIR}")
target_compile_definitions(sluice_apps PUBLIC SLUICE_VERSION="${PROJECT_VERSION}")
target_link_libraries(sluice_apps PUBLIC sluice_host sluice_posix CLI11::CLI11 Boost::headers Boost::url
    ZLIB::ZLIB nlohmann_json::nlohmann_json)

add_custom_target(programs)
set(sluice_programs)

function(sluice_program folder)
    get_filename_component(name "${folder}" NAME)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cc")
    if(NOT sources)
        return()
    endif()
    add_executable(sluice-${name} ${sources})
    sluice_flags(sluice-${name})
    target_link_libraries(sluice-${name} PRIVATE sluice_apps sluice_sim)
    if(name STREQUAL dump)
        target_link_libraries(sluice-${name} PRIVATE pcap ldns)
    endif()
    add_dependencies(programs sluice-${name})
    set(sluice_programs ${sluice_programs} sluice-${name} PARENT_SCOPE)
endfunction()

# A library that other programs are started with or load. Only what it exports is seen from outside: a program has its own
# copy of any library linked into it.
function(sluice_plugin folder name)
    file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cc")
    foreach(common layer_trace layers options outputs)
        list(APPEND sources "${PROJECT_SOURCE_DIR}/apps/common/${common}.cc")
    endforeach()
    add_library(${name} SHARED ${sources})
    sluice_flags(${name})
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} PRIVATE sluice_posix CLI11::CLI11 ${CMAKE_DL_LIBS})
    target_link_options(${name} PRIVATE -Wl,--exclude-libs,ALL)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
        CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    add_dependencies(programs ${name})
    install(TARGETS ${name} LIBRARY)
endfunction()

function(sluice_benchmarks folder)
    find_package(benchmark QUIET)
    file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cc")
    # The comparison with lwIP is built where Debian's liblwip-dev is there.
    list(REMOVE_ITEM sources "${folder}/lwip_peer.cc")
    find_library(LWIP_LIBRARY lwip)
    if(LWIP_LIBRARY)
        add_executable(lwip_peer "${folder}/lwip_peer.cc")
        sluice_flags(lwip_peer)
        target_include_directories(lwip_peer SYSTEM PRIVATE /usr/include/lwip)
        target_link_libraries(lwip_peer PRIVATE "${LWIP_LIBRARY}")
    endif()
    if(NOT benchmark_FOUND)
        return()
    endif()
    foreach(source IN LISTS sources)
        get_filename_component(name "${source}" NAME_WE)
        add_executable(${name} "${source}")
        sluice_flags(${name})
        target_link_libraries(${name} PRIVATE sluice_apps sluice_sim benchmark::benchmark)
    endforeach()
endfunction()

if(SLUICE_APPS AND NOT SLUICE_FUZZ)
    # A new folder is noticed by the first source in it.
    file(GLOB program_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/apps/*/*.cc"
        "${PROJECT_SOURCE_DIR}/tools/*/*.cc")
    set(folders)
    foreach(source IN LISTS program_sources)
        get_filename_component(folder "${source}" DIRECTORY)
        list(APPEND folders "${folder}")
    endforeach()
    list(REMOVE_DUPLICATES folders)
    foreach(folder IN LISTS folders)
        if(folder STREQUAL "${PROJECT_SOURCE_DIR}/apps/common")
            continue()
        elseif(folder STREQUAL "${PROJECT_SOURCE_DIR}/tools/bench")
            sluice_benchmarks("${folder}")
        elseif(folder STREQUAL "${PROJECT_SOURCE_DIR}/apps/preload")
            sluice_plugin("${folder}" sluice-preload)
        elseif(folder STREQUAL "${PROJECT_SOURCE_DIR}/tools/packetdrill")
            sluice_plugin("${folder}" sluice-packetdrill)
        else()
            sluice_program("${folder}")
        endif()
    endforeach()
    if(sluice_programs)
        install(TARGETS ${sluice_programs} RUNTIME)
    endif()
endif()
