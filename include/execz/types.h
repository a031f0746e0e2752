/* SPDX-License-Identifier: MIT */
/**
 * execz/types.h -- the words every execz header shares: status, error, time, version.
 *
 * Plain C11, also valid C++17.  Includes only <stddef.h> and <stdint.h>.
 */
#ifndef EXECZ_TYPES_H
#define EXECZ_TYPES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Version of the product; semantic versioning. */
#define EXECZ_VERSION_MAJOR 0
#define EXECZ_VERSION_MINOR 1
#define EXECZ_VERSION_PATCH 0
#define EXECZ_VERSION "0.1.0"

/** Marks what libexecz promises to its users. */
#define EXECZ_API __attribute__((visibility("default")))
/** Marks the few symbols that a plugin or a function module shows to execz. */
#define EXECZ_EXPORT __attribute__((visibility("default")))
/** Lets the compiler check a printf-like call. */
#define EXECZ_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))

#ifdef __cplusplus
#define EXECZ_STATIC_ASSERT(condition, text) static_assert(condition, text)
#else
#define EXECZ_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#endif

/**
 * What a call answers: EXECZ_OK, or one of the negative EXECZ_E_* below.
 * The numbers are part of the ABI: they never change and are never used again for something else.
 */
typedef int32_t execz_status;

#define EXECZ_OK 0
#define EXECZ_E_FAIL (-1)          /* it failed for the reason in the message */
#define EXECZ_E_INVAL (-2)         /* an argument breaks the contract of the call */
#define EXECZ_E_NOMEM (-3)         /* out of memory */
#define EXECZ_E_UNSUPPORTED (-4)   /* this executor, plugin or build cannot do it */
#define EXECZ_E_MAX_INSTANCES (-5) /* refused: the task already has max_instances runs */
#define EXECZ_E_BUSY (-6)          /* refused for now: the scheduler keeps it, tries again */
#define EXECZ_E_SHUTDOWN (-7)      /* refused: shutdown has begun */
#define EXECZ_E_TIMEOUT (-8)       /* the deadline passed first */
#define EXECZ_E_STATE (-9)         /* not in this state, e.g. a second finish of one run */
#define EXECZ_E_NOT_FOUND (-10)    /* no such task, executor, alias, function or file */
#define EXECZ_E_EXISTS (-11)       /* the id or alias is taken */
#define EXECZ_E_CONFIG (-12)       /* the configuration is wrong */
#define EXECZ_E_PLUGIN (-13)       /* the plugin cannot be used; the error's code says why */
#define EXECZ_E_PARSE (-14)        /* a text does not follow its grammar */
#define EXECZ_E_IO (-15)           /* the operating system refused */
#define EXECZ_E_CANCELLED (-16)    /* cancelled before it was done */
#define EXECZ_E_LIMIT (-17)        /* a named limit was reached */
#define EXECZ_E_PERMISSION (-18)   /* not allowed */

/**
 * Describes a failure.  The caller owns it, the callee fills it: no allocation, no lifetime.
 * Start from EXECZ_ERROR_INIT, or from zeroes (size 0 means the size of version 1.0).
 * Untouched on success.
 */
typedef struct execz_error {
    uint32_t size;       /* sizeof(execz_error) of whoever owns it */
    execz_status status; /* what the call returned */
    char code[8];        /* stable code of the cause, e.g. "P101"; empty if it has none */
    char message[1008];  /* one sentence or more: what, where, why, what to do; never empty */
} execz_error;

/* clang-format off */
#define EXECZ_ERROR_INIT {sizeof(execz_error), EXECZ_OK, {0}, {0}}
/* clang-format on */

/** A point in time: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds. */
typedef int64_t execz_time;
/** A length of time in nanoseconds. */
typedef int64_t execz_duration;

#define EXECZ_TIME_NEVER INT64_MAX /* "no such time": finished, or no limit */
#define EXECZ_NANOSECOND INT64_C(1)
#define EXECZ_MICROSECOND INT64_C(1000)
#define EXECZ_MILLISECOND INT64_C(1000000)
#define EXECZ_SECOND INT64_C(1000000000)
#define EXECZ_MINUTE (60 * EXECZ_SECOND)
#define EXECZ_HOUR (60 * EXECZ_MINUTE)
#define EXECZ_DAY (24 * EXECZ_HOUR)

/** Log levels.  error: someone must act; warning: something was lost or skipped, work went on. */
#define EXECZ_LOG_DEBUG 0u
#define EXECZ_LOG_INFO 1u
#define EXECZ_LOG_WARNING 2u
#define EXECZ_LOG_ERROR 3u

EXECZ_STATIC_ASSERT(offsetof(execz_error, size) == 0, "ABI");
EXECZ_STATIC_ASSERT(offsetof(execz_error, status) == 4, "ABI");
EXECZ_STATIC_ASSERT(offsetof(execz_error, code) == 8, "ABI");
EXECZ_STATIC_ASSERT(offsetof(execz_error, message) == 16, "ABI");
EXECZ_STATIC_ASSERT(sizeof(execz_error) == 1024, "ABI");

#ifdef __cplusplus
}
#endif
#endif
