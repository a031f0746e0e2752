/* SPDX-License-Identifier: MIT */
/* How much of something a test does.  Under a sanitizer that takes ten times as long, and the faults
 * that it looks for are in a few as in many. */
#ifndef EZ_TESTS_EFFORT_H
#define EZ_TESTS_EFFORT_H

#ifdef __has_feature /* clang */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define EZ_TESTS_SANITIZED
#endif
#elif defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define EZ_TESTS_SANITIZED
#endif

/* The thread sanitizer sees nothing in what one thread does with much memory or many processes, and takes
 * long for it: such tests are left out where this is defined. */
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define EZ_TESTS_THREADS_WATCHED
#endif
#elif defined __SANITIZE_THREAD__
#define EZ_TESTS_THREADS_WATCHED
#endif

#ifdef EZ_TESTS_SANITIZED
#define EFFORT(full, sanitized) (sanitized)
#else
#define EFFORT(full, sanitized) (full)
#endif

#endif
