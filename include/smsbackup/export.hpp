// What a shared build of the library shows to its users: everything marked SMSBACKUP_EXPORT, and nothing else.
#pragma once

#if defined(SMSBACKUP_STATIC)
#define SMSBACKUP_EXPORT
#elif defined(_WIN32)
#if defined(SMSBACKUP_BUILDING)
#define SMSBACKUP_EXPORT __declspec(dllexport)
#else
#define SMSBACKUP_EXPORT __declspec(dllimport)
#endif
#else
#define SMSBACKUP_EXPORT __attribute__((visibility("default")))
#endif
