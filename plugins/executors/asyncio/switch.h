/* SPDX-License-Identifier: MIT */
/* Leaves one stack and goes on with another.
 *
 * A switch is a call that comes back later: it keeps what the platform's calling convention asks a
 * function to keep (with the floating point modes), and nothing else.  Signal masks are not
 * touched, which is what makes it cost a few nanoseconds where swapcontext(3) makes a system call.
 */
#ifndef ASYNCIO_SWITCH_H
#define ASYNCIO_SWITCH_H

#include <stddef.h>

#if defined(__x86_64__) && defined(__LP64__)
#define SWITCH_OWN 1
#elif defined(__aarch64__) && defined(__LP64__) && defined(__AARCH64EL__)
#define SWITCH_OWN 1
#else
#define SWITCH_OWN 0
#include <ucontext.h>
#endif

/* Where a stack goes on. */
typedef struct context {
#if SWITCH_OWN
    void *sp;
#else
    ucontext_t state;
#endif
} context;

/* The next switch to self calls entry(argument) on the stack of length bytes at low, whose top may
 * be anything.  entry must not return. */
void context_init(context *self, void *low, size_t length, void (*entry)(void *), void *argument);

#if defined(__x86_64__) && SWITCH_OWN
#ifdef __AVX512F__
#define SWITCH_CLOBBERS_MORE                                                                       \
    , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",    \
        "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6",  \
        "k7"
#else
#define SWITCH_CLOBBERS_MORE
#endif

/* Goes on at `to`, and comes back when somebody switches to `from`. */
static inline __attribute__((always_inline)) void
context_switch(context *from, context *to)
{
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t" /* the red zone may be in use */
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "pushq %%rbp\n\t"
                     "pushq %%rbx\n\t"
                     "subq $8, %%rsp\n\t"
                     "stmxcsr (%%rsp)\n\t"
                     "fnstcw 4(%%rsp)\n\t"
                     "movl (%%rsp), %%eax\n\t"
                     "movzwl 4(%%rsp), %%ecx\n\t"
                     "movq %%rsp, (%%rdi)\n\t"
                     "movq (%%rsi), %%rsp\n\t"
                     "cmpl (%%rsp), %%eax\n\t"
                     "je 2f\n\t"
                     "ldmxcsr (%%rsp)\n"
                     "2:\n\t"
                     "cmpw 4(%%rsp), %%cx\n\t"
                     "je 3f\n\t"
                     "fldcw 4(%%rsp)\n"
                     "3:\n\t"
                     "addq $8, %%rsp\n\t"
                     "popq %%rbx\n\t"
                     "popq %%rbp\n\t"
                     "popq %%rax\n\t"
                     "jmpq *%%rax\n"
                     "1:\n\t"
                     "leaq 128(%%rsp), %%rsp"
                     : "+D"(from), "+S"(to)
                     :
                     : "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                       "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                       "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "st", "st(1)",
                       "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)", "memory",
                       "cc" SWITCH_CLOBBERS_MORE);
}
#else
void context_switch(context *from, context *to);
#endif

#endif
