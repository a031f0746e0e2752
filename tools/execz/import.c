/* SPDX-License-Identifier: MIT */
#include "args.h"
#include "crontab.h"
#include "edit_file.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char help[] =
    "usage: execz import crontab FILE [--dry-run] [--socket PATH]\n"
    "\n"
    "Makes tasks of the lines of a crontab, FILE or - for stdin.  They keep their meaning: the\n"
    "days of month OR of the week, % for input, variables, CRON_TZ.  Each line that cannot be taken\n"
    "over, or means something else now, is named.  Nothing is written if a line cannot be.\n"
    "\n"
    "  -n, --dry-run    write the configuration to stdout, and nothing else\n"
    "  --socket PATH    the scheduler's socket; without --dry-run the tasks are written into\n"
    "                   CONFIG.d/crontab.conf beside its configuration, and it reloads\n"
    "\n"
    "exit status: 0 ok, 1 some lines cannot be taken over, 2 usage, 4 no scheduler runs,\n"
    "             5 no such file, 7 the scheduler has no configuration\n"
    "\n"
    "example: crontab -l | execz import crontab - --dry-run >tasks.conf\n";
/* clang-format on */

#define CRONTAB_MAX ((size_t)4 << 20) /* bytes */

/* Caller frees; NULL if it cannot be read, which is said. */
static char *
read_all(const char *path)
{
    g_autoptr(GString) text = g_string_new(NULL);
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char piece[8192];
    size_t n;

    if (file == NULL) {
        perror(path);
        return NULL;
    }
    while ((n = fread(piece, 1, sizeof piece, file)) > 0 && text->len <= CRONTAB_MAX) {
        g_string_append_len(text, piece, (gssize)n);
    }
    if (file != stdin) {
        (void)fclose(file);
    }
    if (text->len > CRONTAB_MAX || memchr(text->str, '\0', text->len) != NULL) {
        fprintf(stderr, "execz: %s is no crontab: it %s\n", path,
                text->len > CRONTAB_MAX ? "has more than 4 MiB" : "has a NUL byte");
        return NULL;
    }
    return g_strdup(text->str);
}

static int
import(const char *path, bool dry_run, const char *socket)
{
    g_autofree char *text = read_all(path);
    ez_crontab crontab;
    int status = EZ_EXIT_OK;

    if (text == NULL) {
        return EZ_EXIT_NOT_FOUND;
    }
    crontab = ez_crontab_read(text, strcmp(path, "-") == 0 ? "stdin" : path);
    fputs(crontab.notes->str, stderr);
    if (dry_run) {
        fputs(crontab.config->str, stdout);
        fflush(stdout);
    }
    fprintf(stderr, "tasks: %u; lines that cannot be taken over: %u\n", crontab.n_tasks,
            crontab.n_refused);
    if (crontab.n_refused > 0) {
        status = EZ_EXIT_FAILED;
    } else if (!dry_run) {
        status = ez_edit_write(socket, "crontab", crontab.config->str);
    }
    ez_crontab_clear(&crontab);
    return status;
}

static int
run(const ez_command *self, int argc, char **argv)
{
    bool dry_run = false;
    const char *socket = NULL;
    const ez_arg options[] = {
        {"dry-run", 'n', EZ_ARG_FLAG, &dry_run}, {"socket", 0, EZ_ARG_TEXT, &socket}, {NULL}};
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    int status;

    if (!ez_args_read(self, options, argc, argv, arguments, &status)) {
        return status;
    }
    if (arguments->len != 2 || strcmp(arguments->pdata[0], "crontab") != 0) {
        return ez_usage_error(self, "it is execz import crontab FILE");
    }
    return import(arguments->pdata[1], dry_run, socket);
}

const ez_command ez_command_import = {"import", help, run, NULL};
