/* SPDX-License-Identifier: MIT */
/* execz-worker: runs task bodies for the executor plugin processpool, which starts it. */
#include "worker.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EXIT_USAGE 2

static int64_t
parse_number(const char *text)
{
    char *end;
    intmax_t value;

    errno = 0;
    value = strtoimax(text, &end, 10);
    return errno != 0 || *end != '\0' ? UNLIMITED : (int64_t)value;
}

/* "a:b" as two texts; NULL if out of memory. */
static char **
split_path(const char *text)
{
    size_t n = 2;
    char **parts;
    char *rest = strdup(text);

    for (const char *at = text; *at != '\0'; at++) {
        n += *at == ':';
    }
    parts = calloc(n, sizeof *parts);
    if (parts == NULL || rest == NULL) {
        free(parts);
        free(rest);
        return NULL;
    }
    for (n = 0; rest != NULL;) {
        char *part = strsep(&rest, ":");

        if (part[0] != '\0') {
            parts[n++] = part;
        }
    }
    return parts;
}

static int
take(settings *self, const char *name, size_t length, const char *value)
{
    const struct {
        const char *name;
        const char **text;
        int64_t *number;
    } known[] = {
        {"--executor", &self->executor, NULL},
        {"--initializer", &self->initializer, NULL},
        {"--preload", &self->preload, NULL},
        {"--rlimit-as", NULL, &self->rlimit_as},
        {"--rlimit-core", NULL, &self->rlimit_core},
        {"--rlimit-cpu", NULL, &self->rlimit_cpu},
        {"--rlimit-nofile", NULL, &self->rlimit_nofile},
        {"--nice", NULL, &self->nice},
    };

    if (strncmp(name, "--function-path", length) == 0 && length == strlen("--function-path")) {
        self->function_path = split_path(value);
        return self->function_path != NULL;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i].name) == length && strncmp(name, known[i].name, length) == 0) {
            if (known[i].text != NULL) {
                *known[i].text = value;
            } else if (known[i].number != NULL) {
                *known[i].number = parse_number(value);
            }
            return 1;
        }
    }
    return 0;
}

static int
parse(settings *self, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        const char *equals = strchr(argv[i], '=');

        if (equals == NULL || !take(self, argv[i], (size_t)(equals - argv[i]), equals + 1)) {
            fprintf(stderr, "execz-worker: argument '%s' is not known\n", argv[i]);
            return 0;
        }
    }
    return 1;
}

static int
is_socket(int fd)
{
    struct stat facts;

    return fstat(fd, &facts) == 0 && S_ISSOCK(facts.st_mode);
}

int
main(int argc, char **argv)
{
    static settings asked = {.executor = "",
                             .rlimit_as = UNLIMITED,
                             .rlimit_core = UNLIMITED,
                             .rlimit_cpu = UNLIMITED,
                             .rlimit_nofile = UNLIMITED,
                             .nice = NICE_UNSET};

    if (argc < 2 || strcmp(argv[1], "--zygote") != 0 || !is_socket(ZYGOTE_SOCKET)) {
        fprintf(stderr, "execz-worker runs tasks for the executor plugin 'processpool', which "
                        "starts it; there is nothing to run by hand\n");
        return EXIT_USAGE;
    }
    return parse(&asked, argc, argv) ? zygote_run(&asked) : EXIT_USAGE;
}
