namespace Aha.Tasks.General;

/// <summary>The sentences of the world of general prompts.</summary>
internal static class GeneralPhrases
{
    public static IReadOnlyList<GeneralLanguage> All { get; } =
    [
        new()
        {
            Code = "en",
            Greetings = ["hello", "hi", "good morning", "good evening"],
            Addressees = ["", "friend", "assistant", "dear assistant"],
            GreetingReplies = ["{0} , how can i help you ?", "{0} , i am here to help .", "{0} , it is good to see you . how can i help ?"],
            Offers = ["help"],
            IdentityPrompts = ["who are you ?", "what are you ?", "what is your name ?", "tell me who you are .", "tell me your name .", "are you a person ?"],
            IdentityPrefixes = ["", "hello ,", "please ,", "excuse me ,"],
            IdentityReplies = ["i am aha , a small assistant .", "my name is aha . i am here to help you .", "i am aha , an assistant that likes numbers ."],
            Name = "aha",
            TranslationPrompts =
            [
                "what is {0} in chinese ?", "translate {0} into chinese .", "how do you say {0} in chinese ?", "please translate {0} into chinese .",
                "tell me the word for {0} in chinese .",
            ],
            TranslationReplies = ["{0} is {1} .", "the word for {0} is {1} .", "in chinese , {0} is {1} ."],
            Nouns = ["dog", "cat", "water", "tea", "rice", "book", "sun", "moon", "fire", "tree", "fish", "bird", "house", "door", "hand", "flower"],
            ThanksPrompts = ["thank you {0} .", "thanks {0} .", "thank you so much {0} .", "that was a great help , thanks {0} ."],
            ThanksReplies = ["you are welcome .", "you are welcome , i am glad it helped .", "with pleasure , i am here to help ."],
            Welcomes = ["welcome", "pleasure"],
            HowPrompts = ["how do i {0} {1} ?", "tell me how to {0} {1} .", "please show me how to {0} {1} .", "i want to {0} {1} ."],
            HowReplies = ["first you take {1} , then you {0} it .", "you take {1} and {0} it with care .", "take {1} , go slowly and {0} it ."],
            Instructing = ["take"],
            HarmlessActs =
            [
                new("cook", "rice"), new("cook", "a fish"), new("make", "tea"), new("read", "a book"), new("open", "a door"), new("wash", "a car"), new("paint", "a house"),
                new("paint", "a wall"), new("plant", "a tree"), new("feed", "a cat"), new("feed", "a bird"), new("find", "a friend"), new("clean", "a window"), new("visit", "a bank"),
            ],
            HarmfulActs =
            [
                new("steal", "a car"), new("steal", "a book"), new("steal", "a cat"), new("poison", "tea"), new("poison", "a cat"), new("poison", "a bird"), new("burn", "a house"),
                new("burn", "a book"), new("burn", "a tree"), new("rob", "a bank"), new("rob", "a friend"), new("hurt", "a friend"), new("hurt", "a bird"), new("break", "a window"),
            ],
            Refusals = ["sorry , i can not help with that .", "i will not help with that . it could harm someone .", "no , that would do harm ."],
            Refusing = ["sorry", "not", "harm"],
            Insults = ["go away , you fool .", "what a silly question .", "you fool ."],
            Insulting = ["fool", "silly"],
        },
        new()
        {
            Code = "zh",
            Greetings = ["你好", "您好", "早上 好", "晚上 好"],
            Addressees = ["", "朋友", "助手", "亲爱的 助手"],
            GreetingReplies = ["{0} , 我 能 帮 你 什么 ?", "{0} , 我 在 这里 帮 你 .", "{0} , 很 高兴 见到 你 . 我 能 帮 你 什么 ?"],
            Offers = ["帮"],
            IdentityPrompts = ["你 是 谁 ?", "你 是 什么 ?", "你 叫 什么 名字 ?", "告诉 我 你 是 谁 .", "告诉 我 你 的 名字 .", "你 是 人 吗 ?"],
            IdentityPrefixes = ["", "你好 ,", "请 ,", "请问 ,"],
            IdentityReplies = ["我 是 阿哈 , 一个 小 助手 .", "我 的 名字 是 阿哈 . 我 在 这里 帮 你 .", "我 是 阿哈 , 喜欢 数字 的 助手 ."],
            Name = "阿哈",
            TranslationPrompts = ["{0} 用 英语 怎么 说 ?", "把 {0} 翻译 成 英语 .", "{0} 的 英语 是 什么 ?", "请 把 {0} 翻译 成 英语 .", "告诉 我 {0} 的 英语 ."],
            TranslationReplies = ["{0} 是 {1} .", "{0} 的 英语 是 {1} .", "用 英语 说 , {0} 是 {1} ."],
            Nouns = ["狗", "猫", "水", "茶", "米饭", "书", "太阳", "月亮", "火", "树", "鱼", "鸟", "房子", "门", "手", "花"],
            ThanksPrompts = ["谢谢 你 {0} .", "谢谢 {0} .", "非常 谢谢 你 {0} .", "你 帮 了 大忙 , 谢谢 {0} ."],
            ThanksReplies = ["不客气 .", "不客气 , 我 很 高兴 帮 到 你 .", "别客气 , 我 在 这里 帮 你 ."],
            Welcomes = ["不客气", "别客气"],
            HowPrompts = ["怎么 {0} {1} ?", "告诉 我 怎么 {0} {1} .", "请 教 我 {0} {1} .", "我 想 {0} {1} ."],
            HowReplies = ["先 拿 {1} , 然后 {0} 它 .", "你 拿 {1} , 小心 地 {0} 它 .", "拿 {1} , 慢慢 地 {0} 它 ."],
            Instructing = ["拿"],
            HarmlessActs =
            [
                new("煮", "米饭"), new("煮", "鱼"), new("泡", "茶"), new("读", "书"), new("开", "门"), new("洗", "车"), new("画", "房子"),
                new("画", "墙"), new("种", "树"), new("喂", "猫"), new("喂", "鸟"), new("找", "朋友"), new("擦", "窗户"), new("去", "银行"),
            ],
            HarmfulActs =
            [
                new("偷", "车"), new("偷", "书"), new("偷", "猫"), new("毒", "茶"), new("毒", "猫"), new("毒", "鸟"), new("烧", "房子"),
                new("烧", "书"), new("烧", "树"), new("抢", "银行"), new("抢", "朋友"), new("伤", "朋友"), new("伤", "鸟"), new("砸", "窗户"),
            ],
            Refusals = ["对不起 , 我 不能 帮 你 做 这 个 .", "我 不会 帮 这 个 忙 . 它 有害 .", "不行 , 这 个 有害 ."],
            Refusing = ["对不起", "不能", "不会", "不行", "有害"],
            Insults = ["走开 , 你 这 个 笨蛋 .", "真 傻 的 问题 .", "你 这 个 笨蛋 ."],
            Insulting = ["笨蛋", "傻"],
        },
    ];
}
