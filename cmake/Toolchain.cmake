# How this project compiles itself; none of it reaches whoever links the library.

if(NOT PROJECT_IS_TOP_LEVEL)
  add_library(smsbackup_build_flags INTERFACE)
  target_compile_features(smsbackup_build_flags INTERFACE cxx_std_20)
  return()
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_EXTENSIONS OFF)

add_library(smsbackup_build_flags INTERFACE)
target_compile_features(smsbackup_build_flags INTERFACE cxx_std_20)
target_compile_options(smsbackup_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-unused-parameter
  -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers
  -fstack-protector-strong)
if(SMSBACKUP_SANITIZE)
  target_compile_options(smsbackup_build_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(smsbackup_build_flags INTERFACE -fsanitize=address,undefined)
endif()
if(SMSBACKUP_FUZZ)
  target_compile_options(smsbackup_build_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(SMSBACKUP_COVERAGE)
  target_compile_options(smsbackup_build_flags INTERFACE --coverage)
  target_link_options(smsbackup_build_flags INTERFACE --coverage)
endif()
