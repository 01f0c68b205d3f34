import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.Session;
import java.io.ByteArrayInputStream;

/** An agent over JSch: java -cp jsch.jar JschUpload.java PORT LOGIN PASSWORD */
public class JschUpload {
  public static void main(String[] args) throws Exception {
    Session session = new JSch().getSession(args[1], "127.0.0.1", Integer.parseInt(args[0]));
    session.setPassword(args[2]);
    session.setConfig("StrictHostKeyChecking", "no");
    session.connect(20_000);
    ChannelSftp sftp = (ChannelSftp) session.openChannel("sftp");
    sftp.connect(20_000);
    sftp.put(new ByteArrayInputStream("content".getBytes()), "/a.part");
    sftp.rename("/a.part", "/a.csv");
    String name = ((ChannelSftp.LsEntry) sftp.ls("/*.csv").get(0)).getFilename();
    String content = new String(sftp.get("/a.csv").readAllBytes());
    System.out.println(session.getHostKey().getType() + " " + name + " " + content);
    session.disconnect();
  }
}
