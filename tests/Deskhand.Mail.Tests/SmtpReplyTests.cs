namespace Deskhand.Mail;

public sealed class SmtpReplyTests
{
    [Theory]
    [InlineData("550 5.1.1 There is nobody of this name", true)]
    [InlineData("550 5.1.10 Recipient not found", true)]
    [InlineData("553 5.1.3 Bad address", true)]
    [InlineData("550 5.2.1 This mailbox is closed", true)]
    [InlineData("550 No such user here", true)]
    [InlineData("551 User not local", true)]
    [InlineData("550", true)]
    [InlineData("552 5.2.2 Mailbox full", false)]
    [InlineData("550 5.7.1 Not wanted", false)]
    [InlineData("550 5.4.1 Recipient address rejected", false)]
    [InlineData("554 5.1.8 Your address is bad", false)]
    [InlineData("554 Refused", false)]
    [InlineData("450 4.1.1 Try later", false)]
    [InlineData("The server does not take addresses in other letters than ASCII (SMTPUTF8).", false)]
    public void An_answer_says_whether_the_mailbox_exists(string answer, bool expected) => Assert.Equal(expected, SmtpReplies.IsNoSuchMailbox(answer));
}
