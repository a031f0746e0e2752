/* SPDX-License-Identifier: MIT */
/*
 * A constructor or a linked library's own start-up runs inside dlopen().  Go's run time, for one,
 * replaces the handlers of SIGCHLD and SIGTERM there, and a scheduler that loses SIGCHLD loses
 * results.  So these few things, which belong to the process, are compared before and after.
 *
 * The umask is read from /proc, because asking umask() itself means setting it for a moment, which
 * other threads that create files would see; where /proc has none, that moment is accepted.
 */
#include "plugin/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* The bit that libc adds on its own, so that it would look like a change. */
#define LIBC_SA_RESTORER 0x04000000

typedef __typeof__(RLIMIT_CPU) limit_type; /* glibc's enumeration */

static const char *const limit_names[RLIM_NLIMITS] = {
    [RLIMIT_CPU] = "RLIMIT_CPU",           [RLIMIT_FSIZE] = "RLIMIT_FSIZE",
    [RLIMIT_DATA] = "RLIMIT_DATA",         [RLIMIT_STACK] = "RLIMIT_STACK",
    [RLIMIT_CORE] = "RLIMIT_CORE",         [RLIMIT_RSS] = "RLIMIT_RSS",
    [RLIMIT_NPROC] = "RLIMIT_NPROC",       [RLIMIT_NOFILE] = "RLIMIT_NOFILE",
    [RLIMIT_MEMLOCK] = "RLIMIT_MEMLOCK",   [RLIMIT_AS] = "RLIMIT_AS",
    [RLIMIT_LOCKS] = "RLIMIT_LOCKS",       [RLIMIT_SIGPENDING] = "RLIMIT_SIGPENDING",
    [RLIMIT_MSGQUEUE] = "RLIMIT_MSGQUEUE", [RLIMIT_NICE] = "RLIMIT_NICE",
    [RLIMIT_RTPRIO] = "RLIMIT_RTPRIO",     [RLIMIT_RTTIME] = "RLIMIT_RTTIME",
};

struct ez_guard {
    struct sigaction actions[NSIG];
    bool known[NSIG]; /* libc keeps some for itself and does not tell */
    sigset_t mask;
    mode_t umask;
    int cwd; /* descriptor, or -1 */
    struct stat cwd_facts;
    char *locale; /* owned */
    struct rlimit limits[RLIM_NLIMITS];
    char **environment; /* owned */
};

static mode_t
read_umask(void)
{
    g_autofree char *text = NULL;
    const char *line;
    mode_t mask;

    if (g_file_get_contents("/proc/self/status", &text, NULL, NULL)) {
        line = strstr(text, "\nUmask:");
        if (line != NULL) {
            return (mode_t)g_ascii_strtoull(line + strlen("\nUmask:"), NULL, 8);
        }
    }
    mask = umask(077);
    umask(mask);
    return mask;
}

ez_guard *
ez_guard_new(void)
{
    ez_guard *self = g_new0(ez_guard, 1);

    for (int i = 1; i < NSIG; i++) {
        self->known[i] = sigaction(i, NULL, &self->actions[i]) == 0;
    }
    pthread_sigmask(SIG_SETMASK, NULL, &self->mask);
    self->umask = read_umask();
    self->cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (self->cwd >= 0) {
        fstat(self->cwd, &self->cwd_facts);
    }
    self->locale = g_strdup(setlocale(LC_ALL, NULL));
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        getrlimit((limit_type)i, &self->limits[i]);
    }
    self->environment = g_get_environ();
    return self;
}

static void G_GNUC_PRINTF(2, 3) warn(GPtrArray *warnings, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(warnings, g_strdup_vprintf(format, args));
    va_end(args);
}

static bool
same_mask(const sigset_t *a, const sigset_t *b)
{
    for (int i = 1; i < NSIG; i++) {
        if (sigismember(a, i) != sigismember(b, i)) {
            return false;
        }
    }
    return true;
}

/* The default and "ignore" have no mask, and of the flags only those that concern the child's end
 * mean something; the thread sanitizer's sigaction() fills in the rest as it likes. */
static bool
same_action(const struct sigaction *a, const struct sigaction *b)
{
    bool called = a->sa_handler != SIG_DFL && a->sa_handler != SIG_IGN;
    int flags = called ? ~LIBC_SA_RESTORER : SA_NOCLDSTOP | SA_NOCLDWAIT;

    return a->sa_handler == b->sa_handler && ((a->sa_flags ^ b->sa_flags) & flags) == 0 &&
           (!called || same_mask(&a->sa_mask, &b->sa_mask));
}

static void
restore_signals(const ez_guard *self, GPtrArray *warnings)
{
    sigset_t mask;

    for (int i = 1; i < NSIG; i++) {
        struct sigaction now = {0};
        const char *name = sigabbrev_np(i);

        if (!self->known[i] || sigaction(i, NULL, &now) != 0 ||
            same_action(&now, &self->actions[i])) {
            continue;
        }
        sigaction(i, &self->actions[i], NULL);
        if (name != NULL) {
            warn(warnings, "changed the handling of SIG%s; it was put back", name);
        } else {
            warn(warnings, "changed the handling of signal %d; it was put back", i);
        }
    }
    pthread_sigmask(SIG_SETMASK, &self->mask, &mask);
    if (!same_mask(&mask, &self->mask)) {
        warn(warnings, "changed the thread's signal mask; it was put back");
    }
}

static void
restore_cwd(const ez_guard *self, GPtrArray *warnings)
{
    struct stat now;

    if (self->cwd < 0 || (stat(".", &now) == 0 && now.st_dev == self->cwd_facts.st_dev &&
                          now.st_ino == self->cwd_facts.st_ino)) {
        return;
    }
    if (fchdir(self->cwd) == 0) {
        warn(warnings, "changed the working directory; it was put back");
    } else {
        warn(warnings, "changed the working directory, and it cannot be put back: %s",
             g_strerror(errno));
    }
}

static void
restore_limits(const ez_guard *self, GPtrArray *warnings)
{
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        struct rlimit now;

        if (getrlimit((limit_type)i, &now) != 0 || (now.rlim_cur == self->limits[i].rlim_cur &&
                                                    now.rlim_max == self->limits[i].rlim_max)) {
            continue;
        }
        if (setrlimit((limit_type)i, &self->limits[i]) == 0) {
            warn(warnings, "changed the limit %s; it was put back", limit_names[i]);
        } else {
            warn(warnings, "changed the limit %s, and it cannot be put back: %s", limit_names[i],
                 g_strerror(errno));
        }
    }
}

/* Values are nobody's business, as passwords are among them. */
static void
restore_environment(const ez_guard *self, GPtrArray *warnings)
{
    g_auto(GStrv) now = g_get_environ();

    for (char **entry = now; *entry != NULL; entry++) {
        g_autofree char *name = g_strndup(*entry, strcspn(*entry, "="));
        const char *old = g_environ_getenv(self->environment, name);

        if (old == NULL) {
            g_unsetenv(name);
            warn(warnings, "set the environment variable %s; it was taken out", name);
        } else if (strcmp(old, g_environ_getenv(now, name)) != 0) {
            g_setenv(name, old, TRUE);
            warn(warnings, "changed the environment variable %s; it was put back", name);
        }
    }
    for (char **entry = self->environment; *entry != NULL; entry++) {
        g_autofree char *name = g_strndup(*entry, strcspn(*entry, "="));

        if (g_environ_getenv(now, name) == NULL) {
            g_setenv(name, g_environ_getenv(self->environment, name), TRUE);
            warn(warnings, "took out the environment variable %s; it was put back", name);
        }
    }
}

void
ez_guard_restore(ez_guard *self, GPtrArray *warnings)
{
    mode_t now = read_umask();
    const char *locale = setlocale(LC_ALL, NULL);

    restore_signals(self, warnings);
    if (now != self->umask) {
        umask(self->umask);
        warn(warnings, "changed the umask from %04o to %04o; it was put back", self->umask, now);
    }
    restore_cwd(self, warnings);
    if (g_strcmp0(locale, self->locale) != 0) {
        warn(warnings, "changed the locale from %s to %s; it was put back", self->locale, locale);
        setlocale(LC_ALL, self->locale);
    }
    restore_limits(self, warnings);
    restore_environment(self, warnings);
    if (self->cwd >= 0) {
        close(self->cwd);
    }
    g_strfreev(self->environment);
    g_free(self->locale);
    g_free(self);
}
