/* SPDX-License-Identifier: MIT */
/* What the plugin has written on the command line. */
#ifndef PROCESSPOOL_WORKER_SETTINGS_H
#define PROCESSPOOL_WORKER_SETTINGS_H

#include <stdint.h>

/* Descriptors that the plugin gives; see the plugin's zygote.c. */
#define ZYGOTE_SOCKET 3
#define ZYGOTE_BELL 4
#define ZYGOTE_LOOP_BELL 5

#define UNLIMITED (-1)

typedef struct settings {
    const char *executor;
    const char *initializer; /* "module:name"; NULL: none */
    const char *preload;     /* names, blanks between; NULL: none */
    char **function_path;    /* NULL-terminated; owned */
    int64_t rlimit_as;       /* bytes, as the next; UNLIMITED: as it is */
    int64_t rlimit_core;
    int64_t rlimit_cpu;    /* nanoseconds, of one run */
    int64_t rlimit_nofile; /* descriptors */
    int64_t nice;          /* UNLIMITED - 1000: as it is */
} settings;

#define NICE_UNSET (-1000)

#endif
