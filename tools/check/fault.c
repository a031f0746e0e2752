/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_uint faults[EZ_N_FAULTS];
static char firsts[EZ_N_FAULTS][512];

static atomic_int threads_left = -1, memory_left = -1;
static atomic_bool has_refused;

void
ez_fault_note(ez_fault fault, const char *format, ...)
{
    va_list args;

    if (atomic_fetch_add(&faults[fault], 1) == 0) {
        va_start(args, format);
        (void)vsnprintf(firsts[fault], sizeof firsts[fault], format, args);
        va_end(args);
    }
}

unsigned
ez_tap_faults(ez_fault fault, const char **first_out)
{
    *first_out = firsts[fault];
    return atomic_load(&faults[fault]);
}

/* ---- refusals --------------------------------------------------------------------------------- */

void
ez_tap_refuse_thread(int after)
{
    atomic_store(&has_refused, false);
    atomic_store(&threads_left, after);
}

void
ez_tap_refuse_memory(int after)
{
    atomic_store(&has_refused, false);
    atomic_store(&memory_left, after);
}

bool
ez_tap_has_refused(void)
{
    return atomic_load(&has_refused);
}

/* Whether this is the one to be refused. */
static bool
is_refused(atomic_int *left)
{
    int n = atomic_load(left);

    while (n > 0 && !atomic_compare_exchange_weak(left, &n, n - 1)) {
    }
    if (n == 0) {
        atomic_store(&has_refused, true);
    }
    return n == 0;
}

bool
ez_tap_refuses_thread(void)
{
    return is_refused(&threads_left);
}

bool
ez_tap_refuses_memory(void)
{
    return is_refused(&memory_left);
}
