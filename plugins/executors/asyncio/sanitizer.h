/* SPDX-License-Identifier: MIT */
/* What the sanitizers have to be told about stacks of our own; nothing in other builds. */
#ifndef ASYNCIO_SANITIZER_H
#define ASYNCIO_SANITIZER_H

#include <stddef.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define SANITIZE_ADDRESS 1
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#else
#define SANITIZE_ADDRESS 0
#endif

#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define SANITIZE_THREAD 1
#include <sanitizer/tsan_interface.h>
#else
#define SANITIZE_THREAD 0
#endif

/* Stacks that are not in use may not be touched; those in use may hold the only pointer to
 * something. */
static inline void
sanitizer_hide(void *low, size_t length)
{
#if SANITIZE_ADDRESS
    __asan_poison_memory_region(low, length);
#else
    (void)low;
    (void)length;
#endif
}

static inline void
sanitizer_show(void *low, size_t length)
{
#if SANITIZE_ADDRESS
    __asan_unpoison_memory_region(low, length);
#else
    (void)low;
    (void)length;
#endif
}

static inline void
sanitizer_add_root(void *low, size_t length)
{
#if SANITIZE_ADDRESS
    __lsan_register_root_region(low, length);
#else
    (void)low;
    (void)length;
#endif
}

static inline void
sanitizer_remove_root(void *low, size_t length)
{
#if SANITIZE_ADDRESS
    __lsan_unregister_root_region(low, length);
#else
    (void)low;
    (void)length;
#endif
}

#endif
