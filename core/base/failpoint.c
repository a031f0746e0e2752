/* SPDX-License-Identifier: MIT */
#include "base/failpoint.h"

#ifndef NDEBUG
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

/* What the environment asks for; fixed after the first look, but for the count. */
static struct {
    char *name; /* owned, for ever; NULL: nothing */
    bool kills;
    bool each;
    atomic_int_fast64_t left; /* passes until it comes about */
} wanted;

static void
read_wanted(void)
{
    const char *text = g_getenv(EZ_FAILPOINT_VARIABLE);
    g_auto(GStrv) sides = text == NULL ? NULL : g_strsplit(text, "=", 2);
    const char *count;

    if (sides == NULL || g_strv_length(sides) != 2) {
        return;
    }
    count = strchr(sides[1], ':');
    wanted.kills = g_str_has_prefix(sides[1], "kill");
    wanted.left = count == NULL ? 1 : g_ascii_strtoll(count + 1, NULL, 10);
    wanted.each = wanted.left == 0;
    wanted.name = g_strdup(sides[0]);
}

bool
ez_failpoint(const char *name)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, read_wanted);
    if (wanted.name == NULL || strcmp(wanted.name, name) != 0) {
        return false;
    }
    if (!wanted.each && atomic_fetch_sub(&wanted.left, 1) != 1) {
        return false;
    }
    if (wanted.kills) {
        (void)kill(getpid(), SIGKILL);
    }
    return true;
}
#endif
