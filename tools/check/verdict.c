/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static ez_board *board;
static const char *plugin_path;
static atomic_flag spoken = ATOMIC_FLAG_INIT;

/* ---- a crash ---------------------------------------------------------------------------------- */

/* The loader knows the plugin by the name of the descriptor that it was mapped from. */
static bool
is_plugin(const Dl_info *facts)
{
    return strncmp(facts->dli_fname, "/proc/self/fd/", 14) == 0 ||
           strcmp(facts->dli_fname, plugin_path) == 0;
}

/* Not what a handler may do by the book; but there is little left to lose.  Behind it the default
 * action ends the process. */
static void
note_crash(int number)
{
    void *frames[64];
    int n = backtrace(frames, 64);
    char thread[16] = "";
    Dl_info facts;

    pthread_getname_np(pthread_self(), thread, sizeof thread);
    for (int i = 0; i < n && board->crash[0] == '\0'; i++) {
        if (dladdr(frames[i], &facts) != 0 && is_plugin(&facts)) {
            size_t offset = (size_t)((char *)frames[i] - (char *)facts.dli_fbase);

            (void)snprintf(board->crash, sizeof board->crash,
                           "thread '%s', in the plugin's code: addr2line -fe %s 0x%zx", thread,
                           plugin_path, offset);
        }
    }
    (void)raise(number); /* it is blocked until we return */
}

/* Not where a sanitizer has handlers of its own, which tell more. */
static void
watch_crashes(void)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction found;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction action = {.sa_handler = note_crash, .sa_flags = SA_RESETHAND | SA_ONSTACK};

        if (sigaction(numbers[i], NULL, &found) == 0 && found.sa_handler == SIG_DFL) {
            sigaction(numbers[i], &action, NULL);
        }
    }
}

/* ---- the board -------------------------------------------------------------------------------- */

void
ez_verdict_open(const char *plugin)
{
    static ez_board nobody_reads;
    void *bytes = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, EZ_BOARD_FD, 0);
    void *first_is_slow[1];

    board = bytes == MAP_FAILED ? &nobody_reads : bytes;
    close(EZ_BOARD_FD);
    plugin_path = plugin;
    (void)backtrace(first_is_slow, 1); /* it loads a library */
    watch_crashes();
}

void
ez_verdict_in(bool loop, const char *function)
{
    (void)snprintf(loop ? board->loop : board->main, sizeof board->loop, "%s",
                   function == NULL ? "" : function);
}

static void speak(uint32_t verdict, const char *format, va_list args) EXECZ_PRINTF(2, 0);

/* The first to speak is heard. */
static void
speak(uint32_t verdict, const char *format, va_list args)
{
    if (atomic_flag_test_and_set(&spoken)) {
        return;
    }
    (void)vsnprintf(board->message, sizeof board->message, format, args);
    (void)fprintf(stderr, "%s\n", board->message);
    __atomic_store_n(&board->verdict, verdict, __ATOMIC_RELEASE);
}

void
ez_verdict_pass(void)
{
    ez_verdict_passed();
    _exit(0);
}

void
ez_verdict_passed(void)
{
    if (!atomic_flag_test_and_set(&spoken)) {
        __atomic_store_n(&board->verdict, EZ_VERDICT_PASSED, __ATOMIC_RELEASE);
    }
}

void
ez_verdict_fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    speak(EZ_VERDICT_FAILED, format, args);
    va_end(args);
    _exit(1);
}

void
ez_verdict_skip(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    speak(EZ_VERDICT_SKIPPED, format, args);
    va_end(args);
    _exit(0);
}
