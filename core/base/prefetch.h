/* SPDX-License-Identifier: MIT */
/* Fetches what another thread has written last into this one's cache, to be written: so that the write
 * itself does not have to wait for it, nor an atomic step behind it.  The compiler's builtin would fetch it
 * to be read unless told that there is no processor without more. */
#ifndef EZ_BASE_PREFETCH_H
#define EZ_BASE_PREFETCH_H

static inline void
ez_prefetch_to_write(const void *address)
{
#if defined(__x86_64__)
    __asm__ volatile("prefetchw %0" : : "m"(*(const char *)address));
#else
    __builtin_prefetch(address, 1);
#endif
}

#endif
