"""The catalogue's table: the models that people use for coding agents, one line each.

A line that begins with `@` says when and from where the shapes of the lines behind it were taken;
sizes and tool support are those of the library's pages (`Row.source`), in megabytes of 10^6 and
good to about 2 %. What the library lacks calls tools where llama.cpp tests the calls of its own
template (github.com/ggml-org/llama.cpp, tests/test-chat.cpp). Tests hold every row against itself:
its shape against its parameters, its sizes against the bits per weight, and several shapes against
llama.cpp's own planning. A server's own answer always goes before this table.
Least certain: the longest window of mistral-nemo (its maker says 128k, some copies of its file
1,024,000), the tool support marked ?, and the sizes marked ~, for which no public page was found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from factory_byok.core.facts import Json
from factory_byok.core.units import Bytes
from factory_byok.sizing.memory.shape import DRAFTS

DATE: Final = "2026-11"
MB: Final = 10**6

# Columns: name (`*`: what the bare name gives), architecture, layers, width, heads as
# queries/keys/length, feed-forward width, vocabulary, longest window, parameters in millions, sizes
# in MB by quantization (the bare tag's first; ~ where no public page was found), tools (yes, no, ?,
# or `text` where calls come back as text although Ollama offers them, github.com/ollama/ollama/
# issues/12174); then what few models have, see `_more`. A list is `VALUExTIMES` or `VALUE` with
# commas, all of it `@` so many times.
TABLE: Final = """
@ 2025-11 https://huggingface.co (config.json of each model)
codestral:22b*          llama    56 6144 48/8/128  16384 32768  32768  22247  q4_0=12569              no
deepseek-coder-v2:16b*  deepseek2 27 2048 16/16/192 10944 102400 163840 15706 q4_0=8905 no experts=64/6/1408 value=128 latent=512
deepseek-r1:1.5b        qwen2    28 1536 12/2/128  8960  151936 131072 1777   q4_k_m=1117             ?
deepseek-r1:7b          qwen2    28 3584 28/4/128  18944 152064 131072 7616   q4_k_m=4683             ?
deepseek-r1:8b*         qwen3    36 4096 32/8/128  12288 151936 131072 8191   q4_k_m=5225             yes
deepseek-r1:14b         qwen2    48 5120 40/8/128  13824 152064 131072 14770  q4_k_m=8988             ?
deepseek-r1:32b         qwen2    64 5120 40/8/128  27648 152064 131072 32764  q4_k_m=19851            ?
deepseek-r1:70b         llama    80 8192 64/8/128  28672 128256 131072 70554  q4_k_m=42520            ?
devstral:24b*           llama    40 5120 32/8/128  32768 131072 131072 23572  q4_k_m=14334,q8_0=25055 yes
gemma3:270m             gemma3   18 640  4/1/256   2048  262144 32768  268    q8_0=292                no  window=512
gemma3:1b               gemma3   26 1152 4/1/256   6912  262144 32768  1000   q4_k_m=815              no  window=512
gemma3:4b*              gemma3   34 2560 8/4/256   10240 262144 131072 4300   q4_k_m=3339             no  window=1024
gemma3:12b              gemma3   48 3840 16/8/256  15360 262144 131072 12187  q4_k_m=8149             no  window=1024
gemma3:27b              gemma3   62 5376 32/16/128 21504 262144 131072 27432  q4_k_m=17396            no  window=1024
granite3.3:2b           granite  40 2048 32/8/64   8192  49159  131072 2534   q4_k_m=1545             yes
granite3.3:8b*          granite  40 4096 32/8/128  12800 49159  131072 8171   q4_k_m=4943             yes
llama3.1:8b*            llama    32 4096 32/8/128  14336 128256 131072 8030   q4_k_m=4921,q8_0=8541   yes
llama3.1:70b            llama    80 8192 64/8/128  28672 128256 131072 70554  q4_k_m=42520,q8_0=74975 yes
llama3.2:1b             llama    16 2048 32/8/64   8192  128256 131072 1236   q8_0=1321               yes
llama3.2:3b*            llama    28 3072 24/8/128  8192  128256 131072 3213   q4_k_m=2019,q8_0=3422   yes
llama3.3:70b*           llama    80 8192 64/8/128  28672 128256 131072 70554  q4_k_m=42520,q8_0=74975 yes
magistral:24b*          llama    40 5120 32/8/128  32768 131072 40960  23572  q4_k_m=14334            yes
mistral:7b*             llama    32 4096 32/8/128  14336 32768  32768  7248   q4_k_m=4372             yes
mistral-nemo:12b*       llama    40 5120 32/8/128  14336 131072 131072 12248  q4_0=7072               yes
mistral-small:22b       llama    56 6144 48/8/128  16384 32768  131072 22247  q4_0=12569              yes
mistral-small:24b*      llama    40 5120 32/8/128  32768 131072 32768  23572  q4_k_m=14334            yes
mistral-small3.1:24b*   mistral3 40 5120 32/8/128  32768 131072 131072 24011  q4_k_m=15487            yes
mistral-small3.2:24b*   mistral3 40 5120 32/8/128  32768 131072 131072 24011  q4_k_m=15177            yes
phi4:14b*               phi3     40 5120 40/10/128 17920 100352 16384  14660  q4_k_m=9053             no
qwen2.5:7b*             qwen2    28 3584 28/4/128  18944 152064 32768  7616   q4_k_m=4683             yes
qwen2.5:14b             qwen2    48 5120 40/8/128  13824 152064 32768  14770  q4_k_m=8988             yes
qwen2.5:32b             qwen2    64 5120 40/8/128  27648 152064 32768  32764  q4_k_m=19851            yes
qwen2.5:72b             qwen2    80 8192 64/8/128  29568 152064 32768  72706  q4_k_m=47415            yes
qwen2.5-coder:0.5b      qwen2    24 896  14/2/64   4864  151936 32768  494    q4_k_m=398,q8_0=531     text
qwen2.5-coder:1.5b      qwen2    28 1536 12/2/128  8960  151936 32768  1544   q4_k_m=986,q8_0=1647    text
qwen2.5-coder:3b        qwen2    36 2048 16/2/128  11008 151936 32768  3086   q4_k_m=1930,q8_0=3285   text
qwen2.5-coder:7b*       qwen2    28 3584 28/4/128  18944 152064 32768  7616   q4_k_m=4683,q8_0=8099   text
qwen2.5-coder:14b       qwen2    48 5120 40/8/128  13824 152064 32768  14770  q4_k_m=8988,q8_0=15702  text
qwen2.5-coder:32b       qwen2    64 5120 40/8/128  27648 152064 32768  32764  q4_k_m=19851,q8_0=34821 text
qwen3:0.6b              qwen3    28 1024 16/8/128  3072  151936 40960  752    q4_k_m=523              yes
qwen3:1.7b              qwen3    28 2048 16/8/128  6144  151936 40960  2032   q4_k_m=1359             yes
qwen3:4b                qwen3    36 2560 32/8/128  9728  151936 262144 4022   q4_k_m=2497             yes
qwen3:8b*               qwen3    36 4096 32/8/128  12288 151936 40960  8191   q4_k_m=5225             yes
qwen3:14b               qwen3    40 5120 40/8/128  17408 151936 40960  14768  q4_k_m=9276             yes
qwen3:30b               qwen3moe 48 2048 32/4/128  6144  151936 262144 30532  q4_k_m=18557            yes experts=128/8/768
qwen3:235b              qwen3moe 94 4096 64/4/128  12288 151936 262144 235094 q4_k_m=~142000          yes experts=128/8/1536
qwen3:32b               qwen3    64 5120 64/8/128  25600 151936 40960  32762  q4_k_m=20201            yes
@ 2026-11 https://huggingface.co/google, ollama.com/library/gemma4 (blobs of 26b, e2b; its tags as of 2026-06-11 in github.com/kryptobaseddev/cleo/pull/1080), and llama.cpp's own planning of these shapes (tests/sizing/memory/engine.json)
gemma4:e4b*             gemma4   42 2560 8/2/512   10240 262144 131072 7996   q4_k_m=9600             yes slide=1x5,0@7 window=512 swa=256 sharedkv=18 perlayer=256
gemma4:e2b              gemma4   35 1536 8/1/512   6144x15,12288x20 262144 131072 5100 q4_k_m=7200,q4_0=3300 yes slide=1x4,0@7 window=512 swa=256 sharedkv=20 perlayer=256
gemma4:12b              gemma4   48 3840 16/8/512  15360 262144 262144 11900  q4_0=7600,q4_k_m=~8000  yes slide=1x5,0@8 kv=8x5,1@8 window=1024 swa=256
gemma4:26b              gemma4   30 2816 16/8/512  2112  262144 262144 25805  q4_k_m=18000            yes slide=1x5,0@5 kv=8x5,2@5 window=1024 swa=256 experts=128/8/704
gemma4:31b              gemma4   60 5376 32/16/512 21504 262144 262144 31270  q4_k_m=20000            yes slide=1x5,0@10 kv=16x5,4@10 window=1024 swa=256
@ 2026-11 https://huggingface.co/openai/gpt-oss-20b
gpt-oss:20b*            gpt-oss  24 2880 64/8/64   2880  201088 131072 20915  mxfp4=13780             yes experts=32/4/2880 window=128
gpt-oss:120b            gpt-oss  36 2880 64/8/64   2880  201088 131072 116829 mxfp4=65370             yes experts=128/4/2880 window=128
@ 2026-11 https://huggingface.co/Qwen, GGUF headers in github.com/ollama/ollama/pull/16031 and ollama.com/turintech/qwen3.5-4b-artemis; sizes of qwen3-vl at ollama.com/dhiltgen/qwen3-vl, of qwen3.5:4b at insiderllm.com/guides/qwen-3-5-small-models-9b-beats-30b
qwen3-coder:30b*        qwen3moe 48 2048 32/4/128  5472  151936 262144 30532  q4_k_m=18557,q8_0=32484 yes experts=128/8/768
qwen3-coder:480b        qwen3moe 62 6144 96/8/128  8192  151936 262144 480155 q4_k_m=290000           yes experts=160/8/2560
qwen3.5:4b              qwen35   32 2560 16/4/256  9216  248320 262144 4540   q4_k_m=3400             yes delta=4096
qwen3.5:9b*             qwen35   32 4096 16/4/256  12288 248320 262144 9653   q4_k_m=6594             yes delta=4096
qwen3.5:27b             qwen35   64 5120 24/4/256  17408 248320 262144 27781  q4_k_m=17421            yes delta=6144
qwen3.5:35b             qwen35moe 40 2048 16/2/256 512   248320 262144 35952  q4_k_m=23869            yes experts=256/8/512 shared=512 delta=4096
qwen3.5:122b            qwen35moe 48 3072 32/2/256 1024  248320 262144 125087 q4_k_m=81000            yes experts=256/8/1024 shared=1024 delta=8192
qwen3.6:27b             qwen35   64 5120 24/4/256  17408 248320 262144 27781  q4_k_m=17421            yes delta=6144
qwen3.6:35b*            qwen35moe 40 2048 16/2/256 512   248320 262144 35952  q4_k_m=23869            yes experts=256/8/512 shared=512 delta=4096
qwen3-next:80b*         qwen3next 48 2048 16/2/256 5120  151936 262144 81325  q4_k_m=50100            yes experts=512/10/512 shared=512 delta=4096
qwen3-coder-next:latest* qwen3next 48 2048 16/2/256 5120  151936 262144 79674  q4_k_m=51700,q8_0=84800 yes experts=512/10/512 shared=512 delta=4096
qwen3-vl:235b           qwen3vlmoe 94 4096 64/4/128 12288 151936 262144 235700 q4_k_m=143000         yes experts=128/8/1536 deep=3
qwen3-vl:4b             qwen3vl  36 2560 32/8/128  9728  151936 262144 4438   q4_k_m=3296             yes deep=3
qwen3-vl:8b*            qwen3vl  36 4096 32/8/128  12288 151936 262144 8767   q4_k_m=6140             yes deep=3
qwen3-vl:30b            qwen3vlmoe 48 2048 32/4/128 6144 151936 262144 31071  q4_k_m=19630            yes experts=128/8/768 deep=3
qwen3-vl:32b            qwen3vl  64 5120 64/8/128  25600 151936 262144 33357  q4_k_m=20900            yes deep=3
@ 2026-08 https://github.com/hogeheer499-commits/strix-halo-guide (data/raw/2026-08-15: log and /api/tags of Ollama 0.32.13)
qwen3.8:27b*            qwen35   65 5120 24/4/256  17408 248320 262144 27320  q4_k_m=17742            yes delta=6144 mtp=1/4
@ 2026-11 https://github.com/ollama/ollama/issues/15855 (GGUF header) and issues/13805
glm-4.7-flash:latest*   deepseek2 47 2048 20/1/576 10240 154880 202752 29943  q4_k_m=19020,q8_0=31840 yes experts=64/4/1536 shared=1536 lead=1 mla=512/64/768/256/256
@ 2026-11 https://huggingface.co/mistralai, ollama.com/library/ministral-3:latest (8B: 8.92B, 6.0 GB), Megatron-Bridge's docs/models/vlm/ministral3.md
devstral-small-2:24b*   mistral3 40 5120 32/8/128  32768 131072 393216 24011  q4_k_m=15177,q8_0=25960 yes
devstral-2:123b*        mistral3 88 12288 96/8/128 28672 131072 262144 125026 q4_k_m=74900            yes
ministral-3:3b          mistral3 26 3072 32/8/128  9216  131072 262144 3849   q4_k_m=2990             yes
ministral-3:8b*         mistral3 34 4096 32/8/128  14336 131072 262144 8918   q4_k_m=6020             yes
ministral-3:14b         mistral3 40 5120 32/8/128  16384 131072 262144 13945  q4_k_m=9100             yes
@ 2026-11 https://huggingface.co/nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16
nemotron-3-nano:30b*    nemotron_h_moe 52 2688 32/2/128 1856 131072 1048576 31578 q4_k_m=24300        yes layers=nano experts=128/6/1856 shared=3712 ssm=4096/128/8/64
@ 2026-11 https://huggingface.co/ibm-granite, ollama.com/library/granite4:latest/blobs/5c7ac4aead1b (3B: 2.1 GB)
granite4:3b*            granite  40 2560 40/8/64   8192  100352 131072 3403   q4_k_m=2100             yes
granite4:3b-h           granitehybrid 40 2048 32/8/64 8192 100352 131072 3191 q4_k_m=1940             yes kv=0x5,8,0x9,8,0x9,8,0x9,8,0x4 ssm=4096/128/1/64
granite4:7b-a1b-h       granitehybrid 40 1536 12/4/128 512 100352 131072 6939 q4_k_m=4230             yes kv=0x5,4,0x9,4,0x9,4,0x9,4,0x4 experts=64/6/512 shared=1024 ssm=3072/128/1/48
granite4:32b-a9b-h      granitehybrid 40 4096 32/8/128 768 100352 131072 32207 q4_k_m=19500           yes kv=0x5,8,0x9,8,0x9,8,0x9,8,0x4 experts=72/10/768 shared=1536 ssm=8192/128/1/128
@ 2026-11 https://huggingface.co/LiquidAI
lfm2.5-thinking:1.2b*   lfm2     16 2048 32/8/64   8192  65536  128000 1170   q4_k_m=731              yes kv=0x2,8,0x2,8,0x2,8,0,8,0,8,0,8,0 conv=3
lfm2:24b*               lfm2moe  40 2048 32/8/64   11776 65536  128000 23843  q4_k_m=~14400           yes kv=0x2,8,0x3,8,0x3,8,0x3,8,0x3,8,0x3,8,0x3,8,0x3,8,0x3,8,0x3,8,0 experts=64/4/1536 lead=2 conv=3
@ 2026-11 https://huggingface.co/ByteDance-Seed/Seed-OSS-36B-Instruct
seed-oss:36b*           seed_oss 64 5120 80/8/128  27648 155136 524288 36151  q4_k_m=~21800           yes elsewhere
@ 2026-11 https://huggingface.co/moonshotai/Kimi-Linear-48B-A3B-Instruct, size at huggingface.co/ymcki/Kimi-Linear-48B-A3B-Instruct-GGUF, calls in Kimi K2's form (github.com/cubist38/mlx-openai-server/pull/184), which llama.cpp reads (github.com/ggml-org/llama.cpp/pull/16932)
kimi-linear:48b*        kimi-linear 27 2304 32/1/576 9216 163840 1048576 49122 q4_k_m=29700           yes elsewhere kv=0x3,1,0x3,1,0x3,1,0x3,1,0x3,1,0x3,1,0x2,1 experts=256/8/1024 shared=1024 lead=1 mla=512/64/0/192/128 kda=128
@ 2026-11 https://huggingface.co/MiniMaxAI
minimax-m2:230b*        minimax-m2 62 3072 48/8/128 1536 200064 196608 228690 q4_k_m=~138000          yes elsewhere experts=256/8/1536
@ 2026-11 https://huggingface.co (config.json of each model), llama.cpp's own planning of these shapes (tests/sizing/memory/engine.json); size of nemotron-3-super at blog.kubesimplify.com/nemotron3-on-dgx-spark
command-a:111b*         cohere2  64 12288 96/8/128 36864 256000 262144 111058 q4_k_m=67000            yes window=4096
command-r:35b*          command-r 40 8192 64/8/128 24576 256000 131072 32296  q4_0=18700              yes
command-r7b:7b*         cohere2  32 4096 32/8/128  14336 256000 131072 8028   q4_k_m=5100             yes window=4096
deepseek-r1:671b        deepseek2 61 7168 128/1/576 18432 129280 163840 671026 q4_k_m=404000          yes experts=256/8/2048 shared=2048 lead=3 mla=512/64/1536/192/128
deepseek-v3:671b*       deepseek2 61 7168 128/1/576 18432 129280 163840 671026 q4_k_m=404000          ? experts=256/8/2048 shared=2048 lead=3 mla=512/64/1536/192/128
deepseek-v3.1:671b*     deepseek2 61 7168 128/1/576 18432 129280 163840 671026 q4_k_m=404000          yes experts=256/8/2048 shared=2048 lead=3 mla=512/64/1536/192/128
deepseek-v3.2:671b*     deepseek32 61 7168 128/1/576 18432 129280 163840 671026 q4_k_m=~410000        yes elsewhere experts=256/8/2048 shared=2048 lead=3 mla=512/64/1536/192/128 index=64/128/2048
ernie-4.5:21b*          ernie4_5-moe 28 2560 20/4/128 12288 103424 131072 21825 q4_k_m=~13300         ? elsewhere experts=64/6/1536 shared=3072 lead=1
gemma3n:e2b             gemma3n  30 2048 8/2/256   8192  262400 32768  4460   q4_k_m=5600             no  window=512 sharedkv=10 perlayer=256 altup=4
gemma3n:e4b*            gemma3n  35 2048 8/2/256   16384 262400 32768  6870   q4_k_m=7500             no  window=512 sharedkv=15 perlayer=256 altup=4
glm-4.5-air:106b*       glm4moe  46 4096 96/8/128  10944 151552 131072 106852 q4_k_m=~68000           yes elsewhere experts=128/8/1408 shared=1408 lead=1
glm-4.6:355b*           glm4moe  92 5120 96/8/128  12288 151552 202752 352798 q4_k_m=~216000          yes elsewhere experts=160/8/1536 shared=1536 lead=3
glm-4.7:355b*           glm4moe  92 5120 96/8/128  12288 151552 202752 352798 q4_k_m=~216000          ? elsewhere experts=160/8/1536 shared=1536 lead=3
glm-5:744b*             glm-dsa  78 6144 64/1/576  12288 154880 202752 743900 q4_k_m=~456000          ? elsewhere experts=256/8/2048 shared=2048 lead=3 mla=512/64/2048/256/256 index=32/128/2048
granite4:1b-h           granitehybrid 40 1536 12/4/128 4096 100352 131072 1462 q4_k_m=~900            yes kv=0x5,4,0x9,4,0x9,4,0x9,4,0x4 ssm=3072/128/1/48
kimi-k2:1t*             deepseek2 61 7168 64/1/576 18432 163840 262144 1026408 q4_k_m=~621000         yes elsewhere experts=384/8/2048 shared=2048 lead=1 mla=512/64/1536/192/128
kimi-k2.5:1t*           deepseek2 61 7168 64/1/576 18432 163840 262144 1026408 q4_k_m=~621000         ? elsewhere experts=384/8/2048 shared=2048 lead=1 mla=512/64/1536/192/128
lfm2:8b                 lfm2moe  24 2048 32/8/64   7168  65536  131072 8339   q4_k_m=~5050            yes kv=0x2,8,0x3,8,0x3,8,0x3,8,0x3,8,0x2,8,0x2 experts=32/4/1792 lead=2 conv=3
llama4:scout*           llama4   48 5120 40/8/128  16384 202048 1048576 107770 q4_k_m=67000           yes window=8192 experts=16/1/8192 step=1
llama4:maverick         llama4   48 5120 40/8/128  16384 202048 1048576 400712 q4_k_m=245000          yes window=8192 experts=128/1/8192 step=2
mimo-v2-flash:309b*     mimo2    48 4096 64/8/192  16384 152576 262144 308778 q4_k_m=~189000          ? elsewhere value=128 kv=4,8x4,4,8x5,4,8x5,4,8x5,4,8x5,4,8x5,4,8x5,4,8x5,4 slide=0,1x4,0,1x5,0,1x5,0,1x5,0,1x5,0,1x5,0,1x5,0,1x5,0 window=128 experts=256/8/2048 lead=1
minimax-m2.1:230b*      minimax-m2 62 3072 48/8/128 1536 200064 196608 228690 q4_k_m=~138000          ? elsewhere experts=256/8/1536
minimax-m2.5:230b*      minimax-m2 62 3072 48/8/128 1536 200064 196608 228690 q4_k_m=~138000          ? elsewhere experts=256/8/1536
mistral-large-3:675b*   deepseek2 61 7168 128/1/576 16384 131072 262144 672948 q4_k_m=~411000         ? elsewhere experts=128/4/4096 shared=4096 lead=3 mla=512/64/1536/192/128
mistral-small-4:119b*   mistral4 36 4096 32/1/320  12288 131072 1048576 118970 q4_k_m=~72700          ? elsewhere experts=128/4/2048 shared=2048 mla=256/64/1024/128/128
mixtral:8x7b*           llama    32 4096 32/8/128  14336 32000  32768  46703  q4_0=26442              yes experts=8/2/14336
mixtral:8x22b           llama    56 6144 48/8/128  16384 32768  65536  140621 q4_0=79500              yes experts=8/2/16384
nemotron-3-super:120b*  nemotron_h_moe 88 4096 32/2/128 2688 131072 1048576 120671 q4_k_m=87000       yes layers=super experts=512/22/2688 shared=5376 narrow=1024 ssm=8192/128/8/128
olmo-3:7b*              olmo2    32 4096 32/32/128 11008 100278 65536  7298   q4_k_m=~4470            ? window=4096
olmo-3:32b              olmo2    64 5120 40/8/128  27648 100278 65536  32234  q4_k_m=~19500           ? window=4096
olmo-3.1:32b*           olmo2    64 5120 40/8/128  27648 100278 65536  32234  q4_k_m=~19500           ? window=4096
phi4-mini:3.8b*         phi3     32 3072 24/8/128  8192  200064 131072 3836   q4_k_m=2500             yes
qwen3.5:397b            qwen35moe 60 4096 32/2/256 1024  248320 262144 396800 q4_k_m=~243000          yes experts=512/10/1024 shared=1024 delta=8192
qwq:32b*                qwen2    64 5120 40/8/128  27648 152064 40960  32764  q4_k_m=19851            yes
step-3.5-flash:196b*    step35   45 4096 64/8/128  11264 128896 262144 196960 q4_k_m=~120000          ? elsewhere slide=0,1x3,0,1x3,0,1x3,0,1x3,0,1x3,0,1x3,0,1x3,0,1x3,0,1x3,0,1x3,0,1x3,0 window=512 experts=288/8/1280 shared=1280 lead=3
"""  # noqa: E501 - a table is read by its columns

# Models with a part for pictures, by the same pages.
WITH_PICTURES: Final = frozenset(
    {"devstral-small-2", "gemma3", "gemma4", "kimi-k2.5", "llama4", "ministral-3"}
    | {"mistral-large-3", "mistral-small-4", "mistral-small3.1", "mistral-small3.2"}
    | {"qwen3-vl", "qwen3.5", "qwen3.6", "qwen3.8"}
)

# The layers of nemotron-3: M a state space, E experts, * attention (`hybrid_override_pattern` in
# each model's configuration).
LAYERS: Final[Mapping[str, str]] = {
    "nano": "MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME",
    "super": "MEMEMEM*" + 8 * "EMEMEMEM*" + "EMEMEMEM",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One size of one model in the library.

    `info` is what `/api/show` would tell, `sizes` the bytes by quantization (the bare tag's first),
    `unsure` those of them that no public page confirms, `latest` whether the bare name means it.
    `tools` None: not certain. `shape_source` and `date` say where and when the shape was taken;
    `elsewhere` that Ollama's library does not have it.
    """

    model: str
    tag: str
    info: Mapping[str, Json]
    sizes: Mapping[str, Bytes]
    tools: bool | None
    tools_as_text: bool
    latest: bool
    unsure: frozenset[str] = frozenset()
    shape_source: str = ""
    date: str = DATE
    elsewhere: bool = False

    @property
    def pictures(self) -> bool:
        """Whether it has a part of its own for pictures."""
        return self.model in WITH_PICTURES and self.tag not in ("270m", "1b")

    @property
    def name(self) -> str:
        """The name to pull it by."""
        return f"{self.model}:{self.tag}"

    @property
    def source(self) -> str:
        """The page that lists its sizes."""
        if self.elsewhere:
            return self.shape_source
        return f"https://ollama.com/library/{self.model}/tags"


@cache
def rows() -> tuple[Row, ...]:
    """All rows of the catalogue."""
    return tuple(_rows())


def _rows() -> Iterator[Row]:
    date, source = DATE, ""
    for line in TABLE.strip().splitlines():
        if line.startswith("@"):
            _, date, source = line.split(maxsplit=2)
        else:
            yield _row(line.split(), source, date)


def _row(cells: list[str], source: str, date: str) -> Row:
    """One line of the table."""
    name, family, layers, width, heads, feed, words, longest, millions, sizes, tools = cells[:11]
    queries, keys, length = heads.split("/")
    numbers: dict[str, Json] = {
        "block_count": int(layers),
        "embedding_length": int(width),
        "attention.head_count": int(queries),
        "attention.head_count_kv": int(keys),
        "attention.key_length": int(length),
        "attention.value_length": int(length),
        "feed_forward_length": _list(feed, flags=False) if "," in feed else int(feed),
        "vocab_size": int(words),
        "context_length": int(longest),
    }
    for cell in cells[11:]:
        numbers |= _more(*cell.partition("=")[::2])
    info: dict[str, Json] = {f"{family}.{key}": each for key, each in numbers.items()}
    info |= {"general.architecture": family, "general.parameter_count": int(millions) * 10**6}
    pairs = dict(each.split("=") for each in sizes.split(","))
    model, _, tag = name.rstrip("*").partition(":")
    return Row(
        model=model,
        tag=tag,
        info=info,
        sizes={kind: Bytes(int(size.lstrip("~")) * MB) for kind, size in pairs.items()},
        unsure=frozenset(kind for kind, size in pairs.items() if size.startswith("~")),
        tools=None if tools == "?" else tools != "no",
        tools_as_text=tools == "text",
        latest=name.endswith("*"),
        shape_source=source,
        date=date,
        elsewhere="elsewhere" in cells[11:],
    )


# The metadata behind one of the table's words; several values are split by `/`.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "altup": ("altup.num_inputs",),
    "conv": ("shortconv.l_cache",),
    "deep": ("n_deepstack_layers",),
    "experts": ("expert_count", "expert_used_count", "expert_feed_forward_length"),
    "index": tuple(f"attention.indexer.{each}" for each in ("head_count", "key_length", "top_k")),
    "kda": ("kda.head_dim",),
    "latent": ("attention.kv_lora_rank",),
    "lead": ("leading_dense_block_count",),
    "mla": (
        "attention.kv_lora_rank",
        "rope.dimension_count",
        "attention.q_lora_rank",
        "attention.key_length_mla",
        "attention.value_length_mla",
    ),
    "mtp": ("nextn_predict_layers", DRAFTS),
    "narrow": ("moe_latent_size",),
    "perlayer": ("embedding_length_per_layer_input",),
    "shared": ("expert_shared_feed_forward_length",),
    "sharedkv": ("attention.shared_kv_layers",),
    "ssm": ("ssm.inner_size", "ssm.state_size", "ssm.group_count", "ssm.time_step_rank"),
    "step": ("interleave_moe_layer_step",),
    "value": ("attention.value_length",),
    "window": ("attention.sliding_window",),
}
LISTS: Final[Mapping[str, str]] = {
    "kv": "attention.head_count_kv",
    "slide": "attention.sliding_window_pattern",
}


def _more(key: str, value: str) -> dict[str, Json]:
    """The metadata behind one of the table's words for what only some models have."""
    if key == "elsewhere":
        return {}
    if key == "delta":
        # https://huggingface.co/Qwen/Qwen3.5-27B: the other widths are alike in the family
        return {
            "full_attention_interval": 4,
            "ssm.conv_kernel": 4,
            "ssm.inner_size": int(value),
            "ssm.state_size": 128,
            "ssm.group_count": 16,
            "ssm.time_step_rank": int(value) // 128,
        }
    if key == "swa":
        return {f"attention.{each}_length_swa": int(value) for each in ("key", "value")}
    if key == "layers":
        width = {"nano": 1856, "super": 2688}[value]
        return {
            "attention.head_count_kv": [2 if each == "*" else 0 for each in LAYERS[value]],
            "feed_forward_length": [width if each == "E" else 0 for each in LAYERS[value]],
        }
    if key in LISTS:
        return {LISTS[key]: _list(value, flags=key == "slide")}
    told = [int(each) for each in value.split("/")]
    found: dict[str, Json] = dict(zip(NAMES[key], told, strict=True))
    if key in ("ssm", "kda"):
        found["ssm.conv_kernel"] = 4
    if key == "mla":
        found["attention.value_length"] = told[0]
    return found


def _list(text: str, *, flags: bool) -> list[Json]:
    """A list with one value for each layer."""
    items, _, times = text.partition("@")
    found: list[Json] = []
    for item in items.split(","):
        value, _, count = item.partition("x")
        found += [bool(int(value)) if flags else int(value)] * int(count or 1)
    return found * int(times or 1)
